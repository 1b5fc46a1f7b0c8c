import { BackendError, OutOfMemoryError, type Backend } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  collectGarbage,
  configure,
  leakReport,
  memory,
  settings,
  tensor,
  type Tensor,
} from "../index.ts";

const initial = configure();
let backend: Backend;

beforeEach(() => {
  backend = reference();
  configure({ backend });
});
afterEach(() => void configure({ ...initial, backend }));

test("memory counts storages and bytes, views none", () => {
  const before = memory();
  const x = tensor([1, 2, 3, 4]);
  const view = x.reshape([2, 2]).matrixTranspose();
  expect(memory().tensors - before.tensors).toBe(1);
  expect(memory().bytes - before.bytes).toBe(16);
  expect(view.shape).toEqual([2, 2]);
  x.dispose();
});

test("what nobody holds is collected", async () => {
  await collectGarbage();
  const before = memory().bytes;
  for (let i = 0; i < 50; i++) await tensor(new Float32Array(1000)).add(1).sum().item();
  await collectGarbage();
  expect(memory().bytes - before).toBeLessThan(20_000);
  expect(backend.memory().liveBytes).toBeLessThan(20_000);
});

test("the budget stops a loop that never awaits", async () => {
  await collectGarbage();
  const held: Tensor[] = [];
  configure({ memoryBudgetBytes: memory().bytes + 10_000 });
  const error = catchError(() => {
    for (;;) held.push(tensor(new Float32Array(1024)));
  });
  expect(error.name).toBe("OutOfMemoryError");
  expect(
    error.message
      .replace(/: \d+ tensors hold [\d.]+ KiB/, ": N tensors hold M KiB")
      .replace(/budget of [\d.]+ KiB/, "budget of B KiB"),
  ).toBe(
    "allocate: 4.0 KiB more would pass the budget of B KiB: N tensors hold M KiB. Unused tensors are collected at an await: read a result in the loop, e.g. await loss.item(), call await collectGarbage(), or raise configure({ memoryBudgetBytes }).\nfor a tensor [1024] of float32",
  );
  expect(held).toHaveLength(2);
  held.forEach((x) => x.dispose());
});

describe("after an OutOfMemoryError was caught", () => {
  const room = 2 ** 20;
  const make = (): Tensor => tensor(new Float32Array(2 ** 14)); // a sixteenth of the room

  /** Fills the room with tensors, and lets go of them. */
  const overflow = (): void => {
    const held: Tensor[] = [];
    expect(() => {
      for (;;) held.push(make());
    }).toThrow(OutOfMemoryError);
    expect(held.length).toBeLessThanOrEqual(16);
  };

  beforeEach(async () => {
    await collectGarbage();
    configure({ memoryBudgetBytes: memory().bytes + room });
  });

  test.each([12, 6, 3])("%s smaller ones fit once garbage was collected", async (count) => {
    overflow();
    await collectGarbage();
    expect(Array.from({ length: count }, make)).toHaveLength(count);
  });

  test("the error itself asks for the collection", async () => {
    overflow();
    const low = settings().memoryBudgetBytes - (room * 3) / 4;
    await expect.poll(() => memory().bytes, { timeout: 5000 }).toBeLessThanOrEqual(low);
    expect(Array.from({ length: 12 }, make)).toHaveLength(12);
  });

  test("a read collects, though what it reads has no room yet", async () => {
    const x = make();
    overflow();
    expect(await x.mul(2).sum().item()).toBe(0);
    expect(await x.add(1).toArray()).toHaveLength(2 ** 14);
    expect(Array.from({ length: 12 }, make)).toHaveLength(12);
  });

  test("what was asked for in vain can be computed later", async () => {
    const y = make().mul(2);
    overflow();
    const held = Array.from(
      { length: Math.floor((settings().memoryBudgetBytes - memory().bytes) / 2 ** 16) },
      make,
    );
    expect(() => y.flip(0)).toThrow(OutOfMemoryError);
    held.forEach((x) => x.dispose());
    await collectGarbage();
    expect(await y.flip(0).sum().item()).toBe(0);
  });
});

test("a loop that awaits stays within any budget", async () => {
  await collectGarbage();
  configure({ memoryBudgetBytes: memory().bytes + 2 ** 20 });
  let x = tensor(new Float32Array(2 ** 14));
  for (let i = 0; i < 30; i++) {
    x = x.add(1).flip(0).clone();
    expect(await x.select(0, 0).item()).toBe(i + 1);
  }
});

test("a leak report names the lines that made what is held", () => {
  configure({ development: true });
  const held = [tensor([1, 2]), tensor([3, 4])];
  const line = leakReport()
    .split("\n")
    .find((entry) => entry.includes("memory.test.ts"));
  expect(line).toMatch(/^\s+\d+ B\s+\d+ tensors {2}.*memory\.test\.ts:\d+:\d+/);
  held.forEach((x) => x.dispose());
});

test("a fault of the backend tells the program and where the tensor was made", () => {
  configure({ development: true });
  backend.dispatch = () => {
    throw new BackendError("fake", "device on fire.");
  };
  const y = tensor([1, 2]).mul(3);
  const { message } = catchError(() => void y.flip(0));
  expect(message).toMatch(
    /^fake: device on fire\.\nwhile running\n[\s\S]*mul[\s\S]*\ncreated at .*memory\.test\.ts/,
  );
});

test("a result without room tells its tensor, the program and where it was made", () => {
  const x = tensor([1, 2]);
  configure({ development: true, memoryBudgetBytes: memory().bytes + 4 });
  const y = x.mul(3);
  expect(catchError(() => void y.flip(0)).message).toMatch(
    /^allocate: 8 B more would pass .*\nfor a tensor \[2\] of float32\nwhile running\n[\s\S]*mul[\s\S]*\ncreated at .*memory\.test\.ts/,
  );
});

test("a budget must be a positive number", () => {
  expect(() => configure({ memoryBudgetBytes: 0 })).toThrow(
    "configure: memoryBudgetBytes must be above 0: received 0.",
  );
});

function catchError(work: () => void): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
