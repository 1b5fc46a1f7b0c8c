import { describe, expect, test } from "vitest";
import { contiguousLayout, internLayout } from "../layout.ts";
import { constant, input, parameter } from "../scalar/expression.ts";
import { scalar } from "../scalar/scalar.ts";
import {
  mapProgram,
  reducedShape,
  reduceProgram,
  routineProgram,
  type ReduceDescription,
} from "./build.ts";
import type { InputSpec } from "./program.ts";

const float = (...shape: number[]): InputSpec => ({
  dtype: "float32",
  layout: contiguousLayout(shape),
});
const int = (...shape: number[]): InputSpec => ({
  dtype: "int32",
  layout: contiguousLayout(shape),
});
const x = input(0, "float32");
const y = input(1, "float32");
const one = constant(1, "float32");

describe("equal programs are one object", () => {
  test("maps", () => {
    const make = () => mapProgram([2, 3], [float(2, 3)], ["float32"], [scalar.neg(x)]);
    expect(make()).toBe(make());
    const others = [
      mapProgram([2, 3], [float(2, 3)], ["float32"], [scalar.exp(x)]),
      mapProgram([2, 3], [float(2, 3)], [], [scalar.neg(x)]),
      mapProgram([2, 3], [float(2, 3)], ["int32"], [scalar.neg(x)]),
      mapProgram([2, 3], [float(2, 3)], ["float32"], [scalar.neg(x), scalar.neg(x)]),
      mapProgram([3, 2], [float(3, 2)], ["float32"], [scalar.neg(x)]),
      mapProgram([2, 3], [float(2, 3), float(2, 3)], ["float32"], [scalar.neg(x)]),
      mapProgram(
        [2, 3],
        [{ dtype: "float32", layout: internLayout([2, 3], [1, 2]) }],
        ["float32"],
        [scalar.neg(x)],
      ),
    ];
    expect(new Set([make(), ...others].map(({ id }) => id)).size).toBe(others.length + 1);
  });

  test("reductions", () => {
    const base: ReduceDescription = {
      op: "sum",
      shape: [2, 3],
      axes: [1],
      inputs: [float(2, 3)],
      parameters: [],
      value: x,
      epilogue: undefined,
    };
    expect(reduceProgram(base)).toBe(reduceProgram({ ...base, axes: [1] }));
    const variants: Partial<ReduceDescription>[] = [
      { op: "max" },
      { op: "argmax" },
      { axes: [0] },
      { axes: [0, 1] },
      { value: scalar.neg(x) },
      { parameters: ["float32"] },
      { parameters: ["uint32"] },
      { epilogue: { inputs: [], value: scalar.neg(x) } },
      { epilogue: { inputs: [float(2)], value: scalar.neg(x) } },
    ];
    const programs = variants.map((variant) => reduceProgram({ ...base, ...variant }));
    expect(new Set([reduceProgram(base), ...programs]).size).toBe(variants.length + 1);
  });

  test("routines", () => {
    const settings = { axis: 0, descending: false };
    const sort = routineProgram("sort", settings, [float(3)]);
    expect(routineProgram("sort", { axis: 0, descending: false }, [float(3)])).toBe(sort);
    expect(routineProgram("sort", settings, [float(3)])).toBe(sort);
    expect(routineProgram("sort", { axis: 0, descending: true }, [float(3)])).not.toBe(sort);
    expect(routineProgram("sort", settings, [int(3)])).not.toBe(sort);
  });

  test("settings that differ in the sign of zero, an infinity or NaN stay apart", () => {
    const border = { before: [1], after: [0], interior: [0] };
    const programs = [0, -0, Infinity, -Infinity, NaN].map((value) =>
      routineProgram("pad", { ...border, value }, [float(3)]),
    );
    expect(new Set(programs).size).toBe(5);
    expect(routineProgram("pad", { ...border, value: NaN }, [float(3)])).toBe(programs[4]);
  });

  test("different epilogue parameters", () => {
    const epilogue = { inputs: [], value: scalar.mul(x, parameter(0, "float32")) };
    const make = (extra: "int32" | "float32") =>
      routineProgram("matmul", {}, [float(2, 2), float(2, 2)], ["float32", extra], epilogue);
    expect(make("int32")).not.toBe(make("float32"));
    expect(make("int32").parameters).toEqual(["float32", "int32"]);
  });
});

describe("outputs", () => {
  test("of a map have its shape and the expressions' types", () => {
    const program = mapProgram([2], [float(2)], [], [scalar.less(x, 0), scalar.cast(x, "int32")]);
    expect(program.outputs).toEqual([
      { dtype: "bool", shape: [2] },
      { dtype: "int32", shape: [2] },
    ]);
  });

  test("of a reduction lose the axes", () => {
    expect(reducedShape([2, 3, 4], [0, 2])).toEqual([3]);
    expect(reducedShape([2], [0])).toEqual([]);
    const base = { shape: [2, 3], axes: [0], inputs: [float(2, 3)], parameters: [], value: x };
    const argmax = reduceProgram({ ...base, op: "argmax", epilogue: undefined });
    expect(argmax.outputs).toEqual([{ dtype: "int32", shape: [3] }]);
    const epilogue = { inputs: [float(3)], value: scalar.less(x, y) };
    const sum = reduceProgram({ ...base, op: "sum", epilogue });
    expect(sum.outputs).toEqual([{ dtype: "bool", shape: [3] }]);
    expect(sum.inputs).toHaveLength(2);
    expect(sum.domainInputs).toBe(1);
  });

  test("of a routine with an epilogue have the epilogue's type", () => {
    const program = routineProgram("matmul", {}, [float(2, 4), float(4, 3)], [], {
      inputs: [float(2, 3)],
      value: scalar.less(x, y),
    });
    expect(program.result).toEqual({ dtype: "float32", shape: [2, 3] });
    expect(program.outputs).toEqual([{ dtype: "bool", shape: [2, 3] }]);
    expect([program.inputs.length, program.routineInputs]).toEqual([3, 2]);
  });
});

describe("what does not fit is refused, each time", () => {
  const sum: ReduceDescription = {
    op: "sum",
    shape: [2, 3],
    axes: [1],
    inputs: [float(2, 3)],
    parameters: [],
    value: x,
    epilogue: undefined,
  };
  const matmulThen = (inputs: InputSpec[], value = y) =>
    routineProgram("matmul", {}, [float(2, 2), float(2, 2)], [], { inputs, value });

  test.each<[string, () => unknown, string]>([
    [
      "an input of another shape",
      () => mapProgram([3], [float(2)], [], [x]),
      "program: input x0 has another shape.",
    ],
    [
      "an input that is not there",
      () => mapProgram([3], [float(3)], [], [y]),
      "program: the expression reads x1 as float32.",
    ],
    [
      "an input of another type",
      () => mapProgram([3], [int(3)], [], [x]),
      "program: the expression reads x0 as float32.",
    ],
    [
      "a parameter that is not there",
      () => mapProgram([3], [], [], [parameter(0, "float32")]),
      "program: the expression reads p0 as float32.",
    ],
    [
      "a parameter of another type",
      () => mapProgram([3], [], ["int32"], [parameter(0, "float32")]),
      "program: the expression reads p0 as float32.",
    ],
    ["a map without outputs", () => mapProgram([3], [], [], []), "program: a map needs an output."],
    [
      "argmax over two axes",
      () => reduceProgram({ ...sum, op: "argmax", axes: [0, 1] }),
      "program: argmax takes one axis.",
    ],
    [
      "an epilogue input in the domain's shape",
      () => reduceProgram({ ...sum, epilogue: { inputs: [float(2, 3)], value: y } }),
      "program: input x0 has another shape.",
    ],
    [
      "an epilogue of another type",
      () => reduceProgram({ ...sum, op: "argmax", epilogue: { inputs: [], value: x } }),
      "program: the expression reads x0 as float32.",
    ],
    [
      "a routine's epilogue input of another shape",
      () => matmulThen([float(2)]),
      "program: input x0 has another shape.",
    ],
    [
      "a routine's epilogue input missing",
      () => matmulThen([]),
      "program: the expression reads x1 as float32.",
    ],
    [
      "an epilogue on two results",
      () =>
        routineProgram("sort", { axis: 0, descending: false }, [float(3)], [], {
          inputs: [],
          value: x,
        }),
      "sort: has several results and takes no epilogue.",
    ],
  ])("%s", (_name, build, message) => {
    for (let attempt = 0; attempt < 2; attempt++)
      expect(build).toThrow(
        expect.objectContaining({
          name: "InternalError",
          message: expect.stringContaining(message),
        }),
      );
  });

  test("and the message shows the program", () => {
    expect(() => mapProgram([3], [float(2)], [], [scalar.add(x, one)])).toThrow(
      "map [3](x0: float32 {1})\n  return add x0 1\n",
    );
  });
});
