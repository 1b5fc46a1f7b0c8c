import { contiguousLayout, routineProgram } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

function sort(
  values: readonly number[],
  { axis = 0, descending = false, shape = [values.length] } = {},
): [values: number[], positions: number[]] {
  const program = routineProgram("sort", { axis, descending }, [
    { dtype: "float64", layout: contiguousLayout(shape) },
  ]);
  const [sorted, positions] = evaluateProgram(program, [Float64Array.from(values)]);
  return [[...sorted!], [...positions!]];
}

test("ascending and descending, equal elements in their old order", () => {
  expect(sort([3, 1, 3, 2, 1])).toEqual([
    [1, 1, 2, 3, 3],
    [1, 4, 3, 0, 2],
  ]);
  expect(sort([3, 1, 3, 2, 1], { descending: true })).toEqual([
    [3, 3, 2, 1, 1],
    [0, 2, 3, 1, 4],
  ]);
});

test("NaN is the largest, -0 equals 0", () => {
  expect(sort([NaN, Infinity, -Infinity, NaN, 0, -0])).toEqual([
    [-Infinity, 0, -0, Infinity, NaN, NaN],
    [2, 4, 5, 1, 0, 3],
  ]);
  expect(sort([1, NaN, 2, NaN], { descending: true })).toEqual([
    [NaN, NaN, 2, 1],
    [1, 3, 2, 0],
  ]);
});

test("along each axis", () => {
  const options = { shape: [2, 3] };
  expect(sort([3, 1, 2, 0, 5, 4], options)).toEqual([
    [0, 1, 2, 3, 5, 4],
    [1, 0, 0, 0, 1, 1],
  ]);
  expect(sort([3, 1, 2, 0, 5, 4], { ...options, axis: 1 })).toEqual([
    [1, 2, 3, 0, 4, 5],
    [1, 2, 0, 0, 2, 1],
  ]);
  expect(sort([], { shape: [2, 0], axis: 1 })).toEqual([[], []]);
});
