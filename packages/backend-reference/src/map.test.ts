import {
  constant,
  contiguousLayout,
  expandLayout,
  index,
  input,
  internLayout,
  mapProgram,
  parameter,
  scalar,
  storageArray,
  withPartials,
  type DType,
} from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "./compile-program.ts";

const dtypeNames: readonly DType[] = ["float32", "float64", "int32", "uint32", "bool"];

test("reads transposed, broadcast and contiguous inputs at one position", () => {
  const a = input(0, "float64");
  const b = input(1, "float64");
  const c = input(2, "float64");
  const program = mapProgram(
    [2, 3],
    [
      { dtype: "float64", layout: contiguousLayout([2, 3]) },
      { dtype: "float64", layout: internLayout([2, 3], [1, 2]) },
      { dtype: "float64", layout: expandLayout(contiguousLayout([2, 1]), [2, 3]) },
    ],
    [],
    [scalar.add(scalar.mul(a, 100), scalar.add(scalar.mul(b, 10), c))],
  );
  const six = Float64Array.of(0, 1, 2, 3, 4, 5);
  const [result] = evaluateProgram(program, [six, six, Float64Array.of(7, 8)]);
  expect([...result!]).toEqual([7, 127, 247, 318, 438, 558]);
});

test("computes several outputs, with parameters, index and shared nodes", () => {
  const x = input(0, "float32");
  const doubled = scalar.mul(x, 2);
  const rate = parameter(0, "float32");
  const program = mapProgram(
    [3],
    [{ dtype: "float32", layout: contiguousLayout([3]) }],
    ["float32", "uint32"],
    [
      scalar.mul(doubled, rate),
      scalar.less(doubled, 5),
      scalar.add(index(), parameter(1, "uint32")),
      withPartials(doubled, [], () => []),
    ],
  );
  const results = evaluateProgram(program, [Float32Array.of(1, 2, 3)], [0.1, -1]);
  expect(results[0]).toEqual(Float32Array.of(0.2, 0.4, 0.6));
  expect(results[1]).toEqual(Uint32Array.of(1, 1, 0));
  expect(results[2]).toEqual(Uint32Array.of(0xffffffff, 0, 1));
  expect(results[3]).toEqual(Float32Array.of(2, 4, 6));
});

test("float32 is rounded once, when it is stored", () => {
  const x = input(0, "float32");
  const program = mapProgram(
    [1],
    [{ dtype: "float32", layout: contiguousLayout([1]) }],
    [],
    [scalar.sub(scalar.add(x, 1), 1)],
  );
  expect(evaluateProgram(program, [Float32Array.of(2 ** -30)])[0]).toEqual(
    Float32Array.of(2 ** -30),
  );
});

test.each(dtypeNames)("%s goes through unchanged, also empty and as a scalar", (dtype) => {
  const value = input(0, dtype);
  for (const shape of [[], [0], [2, 0], [3]]) {
    const program = mapProgram(shape, [{ dtype, layout: contiguousLayout(shape) }], [], [value]);
    const elements = storageArray(
      dtype,
      new ArrayBuffer(program.inputs[0]!.layout.elementCount * 8),
    );
    elements.fill(1);
    expect([...evaluateProgram(program, [elements])[0]!]).toEqual(
      Array.from({ length: program.inputs[0]!.layout.elementCount }, () => 1),
    );
  }
});

test("a constant fills", () => {
  const program = mapProgram([2, 2], [], [], [constant(-0, "float64")]);
  expect([...evaluateProgram(program, [])[0]!]).toEqual([-0, -0, -0, -0]);
});
