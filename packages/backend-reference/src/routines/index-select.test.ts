import { contiguousLayout, routineProgram } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

function indexSelect(axis: number, indices: readonly number[]): number[] {
  const program = routineProgram("indexSelect", { axis }, [
    { dtype: "int32", layout: contiguousLayout([2, 3, 2]) },
    { dtype: "int32", layout: contiguousLayout([indices.length]) },
  ]);
  const x = Int32Array.from({ length: 12 }, (_, i) => i);
  return [...evaluateProgram(program, [x, Int32Array.from(indices)])[0]!];
}

test("whole slices along each axis, repeated and reordered", () => {
  expect(indexSelect(0, [1])).toEqual([6, 7, 8, 9, 10, 11]);
  expect(indexSelect(1, [2, 0, 2])).toEqual([4, 5, 0, 1, 4, 5, 10, 11, 6, 7, 10, 11]);
  expect(indexSelect(2, [1])).toEqual([1, 3, 5, 7, 9, 11]);
  expect(indexSelect(1, [])).toEqual([]);
});

test("an index out of range is reported", () => {
  expect(() => indexSelect(1, [3])).toThrow(
    "indexSelect: index 3 is out of range for an axis of 3.",
  );
});
