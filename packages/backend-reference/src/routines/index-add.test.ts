import { contiguousLayout, routineProgram } from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "../compile-program.ts";

test.each<[number, number[], number[], number[]]>([
  [0, [1, 1], [1, 2, 3, 10, 20, 30], [0, 0, 0, 11, 22, 33]],
  [1, [2, 0], [1, 2, 3, 4], [2, 0, 1, 4, 0, 3]],
  [1, [], [], [0, 0, 0, 0, 0, 0]],
])("adds slices along axis %d at %j", (axis, indices, source, expected) => {
  const sourceShape = axis === 0 ? [indices.length, 3] : [2, indices.length];
  const program = routineProgram("indexAdd", { axis }, [
    { dtype: "float64", layout: contiguousLayout([2, 3]) },
    { dtype: "int32", layout: contiguousLayout([indices.length]) },
    { dtype: "float64", layout: contiguousLayout(sourceShape) },
  ]);
  const x = new Float64Array(6).fill(100);
  const inputs = [x, Int32Array.from(indices), Float64Array.from(source)];
  expect([...evaluateProgram(program, inputs)[0]!]).toEqual(expected.map((value) => value + 100));
  expect([...x]).toEqual([100, 100, 100, 100, 100, 100]);
});

test("the sum of bools is any", () => {
  const program = routineProgram("indexAdd", { axis: 0 }, [
    { dtype: "bool", layout: contiguousLayout([3]) },
    { dtype: "int32", layout: contiguousLayout([3]) },
    { dtype: "bool", layout: contiguousLayout([3]) },
  ]);
  const inputs = [Uint32Array.of(1, 0, 0), Int32Array.of(0, 1, 1), Uint32Array.of(1, 1, 1)];
  expect([...evaluateProgram(program, inputs)[0]!]).toEqual([1, 1, 0]);
});
