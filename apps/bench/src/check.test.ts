import { cpu } from "@dl/backend-cpu";
import { expect, test } from "vitest";
import { stepSuites } from "./cases/suites.ts";
import { checkCase, compareResults } from "./check.ts";

test("differences are judged by the size of their tensor", () => {
  expect(compareResults([[1, 2]], [[1, 2]])).toEqual({ ok: true, maxAbs: 0, maxRel: 0 });
  expect(compareResults([[100, 0.01]], [[100, 0]]).ok).toBe(true);
  expect(compareResults([[1, 2.1]], [[1, 2]]).ok).toBe(false);
  expect(compareResults([[1, NaN]], [[1, 2]]).ok).toBe(false);
  expect(compareResults([[1]], [[1, 2]]).ok).toBe(false);
  expect(compareResults([], [[1]]).ok).toBe(false);
});

test("ids are unique", () => {
  for (const suite of Object.values(stepSuites)) {
    const ids = suite.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

const checked = [
  "tiny-mlp",
  "mlp",
  "vae",
  "vae-conv",
  "vq-vae",
  "iwae-16",
  "mvn-head",
  "wgan-gp",
  "sngan",
  "pix2pix",
  "cyclegan",
  "pgd",
  "sample-decoder",
  "frechet-5000x64",
];

test.each(checked)("%s is right on the cpu backend", async (id) => {
  const backend = await cpu();
  const bench = stepSuites.course.find((candidate) => candidate.id === id)!;
  expect(await checkCase(bench, backend)).toMatchObject({ ok: true });
  await backend.dispose();
});
