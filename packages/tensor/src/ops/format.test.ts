import { reference } from "@dl/backend-reference";
import { beforeAll, expect, test } from "vitest";
import { arange, configure, full, tensor, zeros } from "../index.ts";

beforeAll(() => void configure({ backend: reference() }));

test("columns are aligned at the point", async () => {
  expect(
    await tensor([
      [1, 2.5],
      [-3.25, 400],
    ]).format(),
  ).toMatchInlineSnapshot(`
    "[[  1.  ,   2.5 ],
     [ -3.25, 400.  ]]"
  `);
});

test("whole numbers keep their point, integers have none", async () => {
  expect(await tensor([1, 2, -3]).format()).toMatchInlineSnapshot(`"[ 1.,  2., -3.]"`);
  expect(await tensor(Int32Array.of(1, -20, 300)).format()).toMatchInlineSnapshot(
    `"[  1, -20, 300]"`,
  );
});

test("special values", async () => {
  expect(await tensor([NaN, Infinity, -Infinity, -0, 1.5]).format()).toMatchInlineSnapshot(
    `"[ nan,  inf, -inf, -0. ,  1.5]"`,
  );
  expect(await tensor([true, false]).format()).toMatchInlineSnapshot(`"[ true, false]"`);
});

test("scientific notation where numbers are very large, small or far apart", async () => {
  expect(await tensor([1e-6, 1]).format()).toMatchInlineSnapshot(`"[1.e-06, 1.e+00]"`);
  expect(await tensor([1.2345678e20, -3, NaN]).format()).toMatchInlineSnapshot(
    `"[ 1.2346e+20, -3.0000e+00,         nan]"`,
  );
});

test("a scalar and empty tensors", async () => {
  expect(await tensor(Math.PI).format()).toMatchInlineSnapshot(`"3.1416"`);
  expect(await zeros([0]).format()).toMatchInlineSnapshot(`"[]"`);
  expect(await zeros([2, 0]).format()).toMatchInlineSnapshot(`"[] of shape [2, 0]"`);
});

test("three axes", async () => {
  expect(await arange(12).reshape([2, 2, 3]).format()).toMatchInlineSnapshot(`
    "[[[ 0,  1,  2],
      [ 3,  4,  5]],

     [[ 6,  7,  8],
      [ 9, 10, 11]]]"
  `);
});

test("long rows are wrapped", async () => {
  expect(await arange(40).format()).toMatchInlineSnapshot(`
    "[ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
     20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]"
  `);
});

test("past 1000 elements only the edges are shown", async () => {
  expect(await arange(10000).reshape([100, 100]).format()).toMatchInlineSnapshot(`
    "[[   0,    1,    2, ...,   97,   98,   99],
     [ 100,  101,  102, ...,  197,  198,  199],
     [ 200,  201,  202, ...,  297,  298,  299],
     ...,
     [9700, 9701, 9702, ..., 9797, 9798, 9799],
     [9800, 9801, 9802, ..., 9897, 9898, 9899],
     [9900, 9901, 9902, ..., 9997, 9998, 9999]]"
  `);
  expect(await full([1001], 0.5).format()).toMatchInlineSnapshot(
    `"[0.5, 0.5, 0.5, ..., 0.5, 0.5, 0.5]"`,
  );
});

test("toString and Node's console name the tensor without reading it", () => {
  const x = zeros([2, 3]);
  expect(String(x)).toBe("Tensor float32 [2, 3] on reference");
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  expect((x as unknown as Record<symbol, () => string>)[inspect]!()).toBe(String(x));
});
