import { contiguousLayout, routineProgram } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

function gather(axis: number, indexShape: readonly number[], indices: readonly number[]): number[] {
  const program = routineProgram("gather", { axis }, [
    { dtype: "float64", layout: contiguousLayout([2, 3]) },
    { dtype: "int32", layout: contiguousLayout(indexShape) },
  ]);
  const x = Float64Array.of(10, 11, 12, 20, 21, 22);
  return [...evaluateProgram(program, [x, Int32Array.from(indices)])[0]!];
}

test("along each axis", () => {
  expect(gather(1, [2, 2], [2, 0, 1, 1])).toEqual([12, 10, 21, 21]);
  expect(gather(0, [1, 3], [1, 0, 1])).toEqual([20, 11, 22]);
});

test("more indices than the axis is long, and fewer on the others", () => {
  expect(gather(1, [1, 5], [0, 1, 2, 1, 0])).toEqual([10, 11, 12, 11, 10]);
  expect(gather(0, [3, 2], [0, 0, 1, 1, 0, 1])).toEqual([10, 11, 20, 21, 10, 21]);
});

test("no indices", () => {
  expect(gather(1, [2, 0], [])).toEqual([]);
});

test("an index out of range is reported", () => {
  expect(() => gather(1, [1, 1], [3])).toThrow("gather: index 3 is out of range for an axis of 3.");
  expect(() => gather(1, [1, 1], [-1])).toThrow("gather: index -1 is out of range");
});
