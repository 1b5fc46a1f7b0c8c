import { reference } from "@dl/backend-reference";
import { beforeAll, expect, test } from "vitest";
import { configure, sort, tensor } from "../index.ts";

beforeAll(() => void configure({ backend: reference() }));

test("sort gives values and positions", async () => {
  const x = tensor([
    [3, 1, 2],
    [0, NaN, -1],
  ]);
  const { values, indices } = sort(x);
  expect(await values.toArray()).toEqual([
    [1, 2, 3],
    [-1, 0, NaN],
  ]);
  expect(await indices.toArray()).toEqual([
    [1, 2, 0],
    [2, 0, 1],
  ]);
  expect(await x.argsort(0).toArray()).toEqual([
    [1, 0, 1],
    [0, 1, 0],
  ]);
  expect(await x.sort(-1, { descending: true }).values.toArray()).toEqual([
    [3, 2, 1],
    [NaN, 0, -1],
  ]);
});

test("equal elements keep their order", async () => {
  expect(await tensor([1, 0, 1, 0]).argsort().toArray()).toEqual([1, 3, 0, 2]);
  expect(await sort(tensor([true, false, true])).values.toArray()).toEqual([false, true, true]);
});

test("topk", async () => {
  const x = tensor([
    [3, 1, 2],
    [4, 6, 5],
  ]);
  const { values, indices } = x.topk(2);
  expect(await values.toArray()).toEqual([
    [3, 2],
    [6, 5],
  ]);
  expect(await indices.toArray()).toEqual([
    [0, 2],
    [1, 2],
  ]);
  expect(await x.topk(1, 0, { largest: false }).values.toArray()).toEqual([[3, 1, 2]]);
  expect(() => x.topk(4)).toThrow(
    "topk: k must be a whole number from 0 to 3, the size of axis -1: received 4.",
  );
});

test("running sums and products", async () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(await x.cumsum(1).toArray()).toEqual([
    [1, 3, 6],
    [4, 9, 15],
  ]);
  expect(await x.cumprod(0).toArray()).toEqual([
    [1, 2, 3],
    [4, 10, 18],
  ]);
  expect(await tensor([true, true]).cumsum(0).toArray()).toEqual([1, 2]);
});

test("logcumsumexp keeps small terms beside large ones and does not overflow", async () => {
  const x = [-Infinity, -800, -800, 0, 800, 1, 800];
  const sums = await tensor(x).logcumsumexp(0).toArray<number[]>();
  const expected = [-Infinity, -800, -800 + Math.LN2, 0, 800, 800, 800 + Math.LN2];
  expect(sums).toEqual(expected.map((y) => (Number.isFinite(y) ? expect.closeTo(y, 3) : y)));
});
