import { contiguousLayout, routineProgram, type RoutineParameters, type Shape } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

function pad(
  shape: Shape,
  values: readonly number[],
  settings: RoutineParameters["pad"],
): number[] {
  const program = routineProgram("pad", settings, [
    { dtype: "float64", layout: contiguousLayout(shape) },
  ]);
  return [...evaluateProgram(program, [Float64Array.from(values)])[0]!];
}

test("around, between and by any value", () => {
  expect(pad([3], [1, 2, 3], { before: [1], after: [2], interior: [0], value: 9 })).toEqual([
    9, 1, 2, 3, 9, 9,
  ]);
  expect(pad([3], [1, 2, 3], { before: [0], after: [1], interior: [2], value: -Infinity })).toEqual(
    [1, -Infinity, -Infinity, 2, -Infinity, -Infinity, 3, -Infinity],
  );
});

test("two axes at once", () => {
  expect(
    pad([2, 2], [1, 2, 3, 4], { before: [0, 1], after: [1, 0], interior: [0, 1], value: 0 }),
  ).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 0, 0, 0]);
});

test("negative borders crop", () => {
  expect(pad([4], [1, 2, 3, 4], { before: [-1], after: [-2], interior: [0], value: 0 })).toEqual([
    2,
  ]);
  expect(pad([3], [1, 2, 3], { before: [-1], after: [0], interior: [1], value: 7 })).toEqual([
    7, 2, 7, 3,
  ]);
});

test("an empty axis becomes padding alone", () => {
  expect(pad([0], [], { before: [1], after: [1], interior: [3], value: 5 })).toEqual([5, 5]);
});
