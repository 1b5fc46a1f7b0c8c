import {
  contiguousLayout,
  index,
  input,
  internLayout,
  reduceProgram,
  scalar,
  type DType,
  type Epilogue,
  type ReduceOp,
  type Scalar,
  type StorageArray,
} from "@dl/backend";
import { expect, test } from "vitest";
import { evaluateProgram } from "./compile-program.ts";

function reduce(
  op: ReduceOp,
  shape: readonly number[],
  axes: readonly number[],
  elements: StorageArray,
  {
    dtype = "float64",
    value = input(0, dtype),
    epilogue,
  }: { dtype?: DType; value?: Scalar; epilogue?: Epilogue } = {},
  ...epilogueInputs: StorageArray[]
): number[] {
  const inputs = [{ dtype, layout: contiguousLayout(shape) }];
  const program = reduceProgram({ op, shape, axes, inputs, parameters: [], value, epilogue });
  return [...evaluateProgram(program, [elements, ...epilogueInputs])[0]!];
}

const twentyFour = Float64Array.from({ length: 24 }, (_, i) => ((i * 7) % 24) - 5);

test.each<[readonly number[]]>([[[0]], [[1]], [[2]], [[0, 2]], [[1, 2]], [[0, 1, 2]], [[]]])(
  "sum, prod, max and min over axes %j against a table",
  (axes) => {
    const groups = new Map<string, number[]>();
    for (let i = 0; i < 24; i++) {
      const position = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
      const key = position.filter((_, axis) => !axes.includes(axis)).join();
      groups.set(key, [...(groups.get(key) ?? []), twentyFour[i]!]);
    }
    const table = [...groups.values()];
    const got = (op: ReduceOp): number[] => reduce(op, [2, 3, 4], axes, twentyFour);
    expect(got("sum")).toEqual(table.map((list) => list.reduce((a, b) => a + b, 0)));
    expect(got("prod")).toEqual(table.map((list) => list.reduce((a, b) => a * b, 1)));
    expect(got("max")).toEqual(table.map((list) => Math.max(...list)));
    expect(got("min")).toEqual(table.map((list) => Math.min(...list)));
    if (axes.length === 1) {
      expect(got("argmax")).toEqual(table.map((list) => list.indexOf(Math.max(...list))));
      expect(got("argmin")).toEqual(table.map((list) => list.indexOf(Math.min(...list))));
    }
  },
);

test("NaN wins maxima and minima, wherever it stands", () => {
  for (const list of [
    [NaN, 1, 2],
    [1, NaN, 2],
    [1, 2, NaN],
  ]) {
    const x = Float64Array.from(list);
    expect(reduce("max", [3], [0], x)).toEqual([NaN]);
    expect(reduce("min", [3], [0], x)).toEqual([NaN]);
    expect(reduce("argmax", [3], [0], x)).toEqual([list.findIndex(Number.isNaN)]);
    expect(reduce("argmin", [3], [0], x)).toEqual([list.findIndex(Number.isNaN)]);
  }
});

test("the first of several extremes or NaN is reported", () => {
  expect(reduce("argmax", [4], [0], Float64Array.of(1, 3, 3, 2))).toEqual([1]);
  expect(reduce("argmin", [4], [0], Float64Array.of(2, 1, 1, 1))).toEqual([1]);
  expect(reduce("argmax", [3], [0], Float64Array.of(1, NaN, NaN))).toEqual([1]);
  expect(reduce("argmax", [2], [0], Float64Array.of(-Infinity, -Infinity))).toEqual([0]);
});

test("empty sums are 0 and empty products 1", () => {
  expect(reduce("sum", [2, 0], [1], new Float64Array())).toEqual([0, 0]);
  expect(reduce("prod", [2, 0], [1], new Float64Array())).toEqual([1, 1]);
  expect(reduce("sum", [0, 2], [1], new Float64Array())).toEqual([]);
});

test("float32 sums are carried in double and rounded at the end", () => {
  const x = new Float32Array(1001).fill(2 ** -24);
  x[0] = 1;
  expect(reduce("sum", [1001], [0], x, { dtype: "float32" })).toEqual([
    Math.fround(1 + 1000 * 2 ** -24),
  ]);
});

test("integers wrap and compare by value", () => {
  const big = Int32Array.of(2 ** 31 - 1, 2 ** 31 - 1, 3);
  expect(reduce("sum", [3], [0], big, { dtype: "int32" })).toEqual([1]);
  expect(reduce("prod", [3], [0], big, { dtype: "int32" })).toEqual([3]);
  expect(reduce("max", [2], [0], Int32Array.of(-5, -7), { dtype: "int32" })).toEqual([-5]);
  expect(reduce("max", [2], [0], Uint32Array.of(1, 2 ** 31), { dtype: "uint32" })).toEqual([
    2 ** 31,
  ]);
  expect(reduce("min", [2], [0], Uint32Array.of(5, 2 ** 31), { dtype: "uint32" })).toEqual([5]);
});

test("bool: max is any, min is all", () => {
  const x = Uint32Array.of(0, 1, 1, 1, 0, 0);
  expect(reduce("max", [3, 2], [1], x, { dtype: "bool" })).toEqual([1, 1, 0]);
  expect(reduce("min", [3, 2], [1], x, { dtype: "bool" })).toEqual([0, 1, 0]);
});

test("folds an expression, and an epilogue finishes it with inputs of its own", () => {
  const x = input(0, "float64");
  const epilogue: Epilogue = {
    inputs: [{ dtype: "float64", layout: internLayout([3], [0]) }],
    value: scalar.add(scalar.sqrt(input(0, "float64")), input(1, "float64")),
  };
  const norms = reduce(
    "sum",
    [2, 3],
    [0],
    Float64Array.of(3, 5, 8, 4, 12, 15),
    { value: scalar.mul(x, x), epilogue },
    Float64Array.of(0.5),
  );
  expect(norms).toEqual([5.5, 13.5, 17.5]);
});

test("index counts through the domain in the value and through the output in the epilogue", () => {
  const value = scalar.cast(index(), "float64");
  const epilogue: Epilogue = {
    inputs: [],
    value: scalar.add(scalar.mul(input(0, "float64"), 10), scalar.cast(index(), "float64")),
  };
  expect(reduce("sum", [2, 3], [1], new Float64Array(6), { value, epilogue })).toEqual([30, 121]);
});

test("argmax through an epilogue", () => {
  const epilogue: Epilogue = { inputs: [], value: scalar.add(input(0, "int32"), 1) };
  expect(reduce("argmax", [2, 2], [1], Float64Array.of(1, 2, 4, 3), { epilogue })).toEqual([2, 1]);
});
