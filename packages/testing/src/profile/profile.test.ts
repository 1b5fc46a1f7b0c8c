import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { ones, profile, solve, tensor } from "@dl/tensor";
import { describe, expect, test, vi } from "vitest";
import { testProfile } from "./test-profile.ts";

describe.each([1, 2])("profile on the cpu backend, threads: %d", (threads) => {
  testProfile(() => cpu({ threads }));
});

test("profile counts work on the host as a program of its own", async () => {
  const backend = await cpu();
  const square = tensor([[2, 0], [0, 4]], { backend }); // prettier-ignore
  const { programs, table } = await profile(() => solve(square, ones([2], { backend })), {
    backend,
    print: () => {},
  });
  expect(programs).toContainEqual(expect.objectContaining({ program: "host", calls: 1 }));
  expect(table).toMatch(/^on the host +1 /m);
});

test("profile prints to the console where nothing else is said", async () => {
  const log = vi.spyOn(console, "log").mockReturnValue();
  const { table } = await profile(() => {}, { backend: await cpu() });
  expect(log.mock.calls).toEqual([[table]]);
  log.mockRestore();
});

test("profile names a backend that cannot measure, and refuses what is no function", async () => {
  await expect(profile(() => {}, { backend: reference() })).rejects.toThrow(
    "profile: the backend reference cannot measure its programs. Use cpu() or webgpu().",
  );
  const wrong: unknown = Promise.resolve();
  await expect(profile(wrong as () => void)).rejects.toThrow(
    /profile: needs a function.*Write profile\(\(\) => \.\.\.\)/,
  );
});

test("cpu({ profile: true }) measures from the start, until it is told not to", async () => {
  const backend = await cpu({ profile: true });
  expect(backend.isProfiling).toBe(true);
  await ones([8], { backend }).exp().sum().item();
  expect(backend.timings().length).toBeGreaterThan(0);
  expect(backend.timings()).toEqual([]);
  backend.isProfiling = false;
  await ones([8], { backend }).exp().sum().item();
  expect(backend.timings()).toEqual([]);
});
