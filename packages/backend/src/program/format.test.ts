import { expect, test } from "vitest";
import { contiguousLayout, internLayout } from "../layout.ts";
import { constant, index, input, parameter, withPartials } from "../scalar/expression.ts";
import { scalar } from "../scalar/scalar.ts";
import { mapProgram, reduceProgram, routineProgram } from "./build.ts";
import { formatProgram } from "./format.ts";
import type { InputSpec } from "./program.ts";

const x = input(0, "float32");
const y = input(1, "float32");
const float = (...shape: number[]): InputSpec => ({
  dtype: "float32",
  layout: contiguousLayout(shape),
});

test("a map", () => {
  const sum = scalar.add(x, y);
  const row: InputSpec = { dtype: "float32", layout: internLayout([64, 128], [0, 1]) };
  const program = mapProgram([64, 128], [float(64, 128), row], [], [scalar.max(sum, 0)]);
  expect(formatProgram(program)).toMatchInlineSnapshot(`
    "map [64, 128](x0: float32 {128, 1}, x1: float32 {0, 1})
      %0 = add x0 x1
      return max %0 0"
  `);
});

test("several outputs, parameters, casts, the index, constants of every kind", () => {
  const rate = parameter(0, "float32");
  const moved = scalar.sub(x, scalar.mul(rate, y));
  const isFar = scalar.less(moved, constant(-0, "float32"));
  const program = mapProgram(
    [3],
    [float(3), float(3)],
    ["float32", "uint32"],
    [
      moved,
      scalar.select(isFar, scalar.cast(index(), "float32"), constant(Infinity, "float32")),
      scalar.or(isFar, constant(1, "bool")),
      scalar.bitcast(parameter(1, "uint32"), "float32"),
    ],
  );
  expect(formatProgram(program)).toMatchInlineSnapshot(`
    "map [3](x0: float32 {1}, x1: float32 {1}; p0: float32, p1: uint32)
      %0 = mul p0 x1
      %1 = sub x0 %0
      %2 = less %1 -0
      %3 = cast float32 index
      return %1; select %2 %3 Infinity; or %2 true; bitcast float32 p1"
  `);
});

test("an expression with partials of its own reads as its value", () => {
  const custom = withPartials(scalar.exp(x), [x], () => []);
  const program = mapProgram([3], [float(3)], [], [scalar.mul(custom, custom), custom]);
  expect(formatProgram(program)).toMatchInlineSnapshot(`
    "map [3](x0: float32 {1})
      %0 = exp x0
      return mul %0 %0; %0"
  `);
});

test("a reduction with an epilogue", () => {
  const program = reduceProgram({
    op: "sum",
    shape: [32, 10],
    axes: [1],
    inputs: [float(32, 10)],
    parameters: ["float32"],
    value: scalar.mul(x, x),
    epilogue: {
      inputs: [float(32)],
      value: scalar.mul(scalar.sqrt(scalar.add(x, y)), parameter(0, "float32")),
    },
  });
  expect(formatProgram(program)).toMatchInlineSnapshot(`
    "sum [32, 10] over axes [1](x0: float32 {10, 1}; p0: float32)
      return mul x0 x0
      then (x0: the result, x1: float32 {1})
      %0 = add x0 x1
      %1 = sqrt %0
      return mul %1 p0"
  `);
});

test("a routine with an epilogue", () => {
  const bias: InputSpec = { dtype: "float32", layout: internLayout([8, 16], [0, 1]) };
  const program = routineProgram("matmul", {}, [float(8, 4), float(4, 16)], [], {
    inputs: [bias],
    value: scalar.add(x, y),
  });
  expect(formatProgram(program)).toMatchInlineSnapshot(`
    "matmul {}(x0: float32 [8, 4] {4, 1}, x1: float32 [4, 16] {16, 1}) -> [8, 16]
      then (x0: the result, x1: float32 {0, 1})
      return add x0 x1"
  `);
});

test("settings are shown, infinite ones too", () => {
  const settings = { before: [1], after: [1], interior: [0], value: -Infinity };
  const program = routineProgram("pad", settings, [float(3)]);
  expect(formatProgram(program)).toMatchInlineSnapshot(
    `"pad {"before":[1],"after":[1],"interior":[0],"value":"-Infinity"}(x0: float32 [3] {1}) -> [5]"`,
  );
});
