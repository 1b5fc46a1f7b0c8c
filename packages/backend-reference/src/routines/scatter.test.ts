import { contiguousLayout, routineProgram, type DType, storageArray } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

function scatter(
  mode: "add" | "replace",
  axis: number,
  indexShape: readonly number[],
  indices: readonly number[],
  source: readonly number[],
  dtype: DType = "float64",
  x: readonly number[] = [1, 2, 3, 4, 5, 6],
): number[] {
  const program = routineProgram("scatter", { axis, mode }, [
    { dtype, layout: contiguousLayout([2, 3]) },
    { dtype: "int32", layout: contiguousLayout(indexShape) },
    { dtype, layout: contiguousLayout(indexShape) },
  ]);
  const elements = (values: readonly number[]) => {
    const array = storageArray(dtype, new ArrayBuffer(values.length * 8), 0, values.length);
    array.set(values);
    return array;
  };
  return [
    ...evaluateProgram(program, [elements(x), Int32Array.from(indices), elements(source)])[0]!,
  ];
}

test("adds repeated positions and leaves the others", () => {
  expect(scatter("add", 1, [2, 2], [0, 0, 2, 1], [10, 20, 30, 40])).toEqual([31, 2, 3, 4, 45, 36]);
});

test("the last of repeated positions replaces", () => {
  expect(scatter("replace", 1, [1, 3], [1, 1, 0], [7, 8, 9])).toEqual([9, 8, 3, 4, 5, 6]);
});

test("along the first axis", () => {
  expect(scatter("add", 0, [1, 3], [1, 0, 1], [10, 20, 30])).toEqual([1, 22, 3, 14, 5, 36]);
});

test("integers wrap", () => {
  expect(scatter("add", 1, [1, 1], [0], [2 ** 31 - 1], "int32")[0]).toBe(-(2 ** 31));
  expect(scatter("add", 1, [1, 1], [0], [2 ** 32 - 1], "uint32")[0]).toBe(0);
});

test("the sum of bools is any", () => {
  const x = [1, 0, 0, 0, 0, 0];
  const added = scatter("add", 1, [2, 2], [0, 1, 2, 2], [1, 0, 1, 1], "bool", x);
  expect(added).toEqual([1, 0, 0, 0, 0, 1]);
});

test("float32 sums are rounded once", () => {
  const tiny = 2 ** -24;
  expect(scatter("add", 1, [1, 2], [0, 0], [tiny, tiny], "float32")[0]).toBe(1 + 2 * tiny);
});

test("an index out of range is reported", () => {
  expect(() => scatter("add", 0, [1, 1], [2], [1])).toThrow(
    "scatter: index 2 is out of range for an axis of 2.",
  );
});
