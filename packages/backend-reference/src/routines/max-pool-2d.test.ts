import { contiguousLayout, routineProgram, type Pool2dParameters } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

const plain: Pool2dParameters = {
  kernelSize: [2, 2],
  stride: [2, 2],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
};

function pool(
  settings: Pool2dParameters,
  [height, width]: readonly [number, number],
  values: readonly number[],
  planes = 1,
): [values: number[], positions: number[]] {
  const layout = contiguousLayout([1, planes, height, width]);
  const program = routineProgram("maxPool2d", settings, [{ dtype: "float64", layout }]);
  const [maxima, positions] = evaluateProgram(program, [Float64Array.from(values)]);
  return [[...maxima!], [...positions!]];
}

test("takes the largest of each window, in every plane", () => {
  const plane = [1, 5, 2, 0, 3, 4, 9, 8];
  expect(pool(plain, [2, 4], plane)).toEqual([
    [5, 9],
    [1, 6],
  ]);
  expect(pool(plain, [2, 4], [...plane, ...plane.toReversed()], 2)).toEqual([
    [5, 9, 9, 5],
    [1, 6, 1, 6],
  ]);
});

test("the first of equals, in row-major order", () => {
  expect(pool(plain, [2, 2], [7, 7, 7, 7])).toEqual([[7], [0]]);
  expect(pool(plain, [2, 2], [1, 2, 2, 2])).toEqual([[2], [1]]);
  expect(pool(plain, [2, 2], [-Infinity, -Infinity, -Infinity, -Infinity])).toEqual([
    [-Infinity],
    [0],
  ]);
});

test("the first NaN wins", () => {
  expect(pool(plain, [2, 2], [9, NaN, NaN, Infinity])).toEqual([[NaN], [1]]);
});

test("padding never wins, also among negative numbers", () => {
  const settings = { ...plain, padding: [1, 1, 1, 1] } as const;
  expect(pool(settings, [2, 2], [-4, -3, -2, -1])).toEqual([
    [-4, -3, -2, -1],
    [0, 1, 2, 3],
  ]);
});

test("overlapping and dilated windows", () => {
  const line = [3, 1, 4, 1, 5];
  const along = { ...plain, kernelSize: [1, 3], stride: [1, 1] } as const;
  expect(pool(along, [1, 5], line)).toEqual([
    [4, 4, 5],
    [2, 2, 4],
  ]);
  const dilated = { ...along, kernelSize: [1, 2], dilation: [1, 3] } as const;
  expect(pool(dilated, [1, 5], line)).toEqual([
    [3, 5],
    [0, 4],
  ]);
});
