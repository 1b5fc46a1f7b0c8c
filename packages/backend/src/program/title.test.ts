import { expect, test } from "vitest";
import { contiguousLayout } from "../layout.ts";
import { input } from "../scalar/expression.ts";
import { scalar } from "../scalar/scalar.ts";
import { mapProgram, reduceProgram, routineProgram } from "./build.ts";
import { programTitle } from "./title.ts";

const float = (...shape: number[]) =>
  ({ dtype: "float32", layout: contiguousLayout(shape) }) as const;
const x = input(0, "float32");
const sum = (value: Value, epilogue?: Value) =>
  reduceProgram({
    op: "sum",
    shape: [2, 3],
    axes: [1],
    inputs: [float(2, 3)],
    parameters: [],
    value,
    epilogue: epilogue && { inputs: [], value: epilogue },
  });
type Value = ReturnType<typeof scalar.exp>;

test.each([
  [mapProgram([2, 3], [float(2, 3)], [], [x]), "map [2, 3] copy"],
  [
    mapProgram([2], [float(2)], [], [scalar.mul(scalar.exp(x), scalar.mul(x, 2))]),
    "map [2] exp mul",
  ],
  [sum(x), "sum [2, 3] over [1]"],
  [sum(scalar.exp(x), scalar.log(x)), "sum [2, 3] over [1] of exp then log"],
  [routineProgram("matmul", {}, [float(4, 2), float(2, 3)]), "matmul [4, 2] [2, 3] -> [4, 3]"],
])("a title says what a program does to what %#", (program, title) => {
  expect(programTitle(program)).toBe(title);
});
