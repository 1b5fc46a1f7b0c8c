import { contiguousLayout, routineProgram, type Shape } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

const taps = { positions: [[2], [], [0, 2]], weights: [[1], [], [0.5, -1]] };

function resample(shape: Shape, axis: number, x: readonly number[]): number[] {
  const program = routineProgram("resample", { axis, ...taps }, [
    { dtype: "float64", layout: contiguousLayout(shape) },
  ]);
  return [...evaluateProgram(program, [Float64Array.from(x)])[0]!];
}

test("weighted sums of positions along an axis", () => {
  expect(resample([3], 0, [4, 5, 6])).toEqual([6, 0, -4]);
  expect(resample([2, 3], 1, [4, 5, 6, 1, 1, 1])).toEqual([6, 0, -4, 1, 0, -0.5]);
  expect(resample([3, 2], 0, [4, 1, NaN, Infinity, 6, 1])).toEqual([6, 1, 0, 0, -4, -0.5]);
});

test("the sign of zero stays", () => {
  expect(resample([3], 0, [0, 0, -0])).toEqual([-0, 0, 0]);
});
