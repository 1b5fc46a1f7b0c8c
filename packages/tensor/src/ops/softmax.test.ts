import { reference } from "@dl/backend-reference";
import { beforeAll, expect, test } from "vitest";
import { configure, tensor, zeros } from "../index.ts";

beforeAll(() => void configure({ backend: reference() }));

test("softmax and its logarithm do not overflow", async () => {
  const x = tensor([
    [1000, 1000],
    [-1000, 0],
  ]);
  expect(await x.softmax().toArray()).toEqual([
    [0.5, 0.5],
    [0, 1],
  ]);
  expect(await x.logSoftmax().toArray()).toEqual([
    [expect.closeTo(-Math.LN2), expect.closeTo(-Math.LN2)],
    [-1000, 0],
  ]);
  expect(await x.softmax(0).toArray()).toEqual([
    [1, 1],
    [0, 0],
  ]);
});

test("masked elements get nothing, wholly masked rows are NaN", async () => {
  const x = tensor([
    [-Infinity, 0, 0],
    [-Infinity, -Infinity, -Infinity],
  ]);
  expect(await x.softmax().toArray()).toEqual([
    [0, 0.5, 0.5],
    [NaN, NaN, NaN],
  ]);
});

test("logsumexp of infinities", async () => {
  const x = tensor([
    [-Infinity, -Infinity],
    [Infinity, 0],
    [0, 0],
    [NaN, 0],
  ]);
  expect(await x.logsumexp(1).toArray()).toEqual([
    -Infinity,
    Infinity,
    expect.closeTo(Math.LN2),
    NaN,
  ]);
  expect(await tensor([800, 800]).logsumexp().item()).toBeCloseTo(800 + Math.LN2, 4);
  expect(x.logsumexp(1, { keepDims: true }).shape).toEqual([4, 1]);
  expect(x.logsumexp([0, 1], { keepDims: true }).shape).toEqual([1, 1]);
});

test("empty and wrong inputs", async () => {
  expect(await zeros([2, 0]).softmax().toArray()).toEqual([[], []]);
  expect(() => tensor(Int32Array.of(1)).softmax()).toThrow(
    'softmax: needs a float tensor, got int32. Convert with x.cast("float32").',
  );
  expect(await zeros([2, 0]).logsumexp(1).toArray()).toEqual([-Infinity, -Infinity]);
  expect(await zeros([0]).logsumexp().item()).toBe(-Infinity);
});
