import {
  constant,
  foldScalar,
  index,
  instructions,
  philox4x32,
  scalar,
  type DType,
  type Scalar,
} from "@dl/backend";
import { expect, test } from "vitest";
import { emittersAt } from "./emitters.ts";

const evaluate = (expression: Scalar, position = 0): number =>
  foldScalar(expression, emittersAt({ index: position }), (leaf) =>
    leaf.kind === "constant" ? leaf.value : position,
  );
const float = (value: number): Scalar => constant(value, "float64");
const single = (value: number): Scalar => constant(value, "float32");
const int = (value: number): Scalar => constant(value, "int32");
const uint = (value: number): Scalar => constant(value, "uint32");
const bool = (value: boolean): Scalar => constant(value ? 1 : 0, "bool");

test("every instruction has an emitter", () => {
  expect(Object.keys(emittersAt({ index: 0 })).toSorted()).toEqual(
    Object.keys(instructions).toSorted(),
  );
});

test("integers wrap", () => {
  expect(evaluate(scalar.add(int(2 ** 31 - 1), 1))).toBe(-(2 ** 31));
  expect(evaluate(scalar.sub(uint(0), 1))).toBe(2 ** 32 - 1);
  expect(evaluate(scalar.mul(int(0x7fffffff), int(0x7fffffff)))).toBe(1);
  expect(evaluate(scalar.mul(uint(0xffffffff), uint(0xfffffffd)))).toBe(3);
  expect(evaluate(scalar.neg(uint(1)))).toBe(2 ** 32 - 1);
  expect(evaluate(scalar.neg(int(0)))).toBe(0);
  expect(evaluate(scalar.abs(int(-(2 ** 31))))).toBe(-(2 ** 31));
});

test.each([
  [7, 3, 1],
  [-7, 3, 2],
  [7, -3, -2],
  [-7, -3, -1],
  [-6, 3, 0],
])("%d mod %d has the divisor's sign", (a, b, expected) => {
  expect(evaluate(scalar.mod(float(a), b)) + 0).toBe(expected);
  expect(evaluate(scalar.mod(int(a), b))).toBe(expected);
});

test("mod at the edges", () => {
  expect(evaluate(scalar.mod(float(1), 0))).toBeNaN();
  expect(evaluate(scalar.mod(int(1), 0))).toBe(0);
  expect(evaluate(scalar.mod(float(-1), Infinity))).toBe(Infinity);
  expect(evaluate(scalar.mod(uint(2 ** 32 - 1), 10))).toBe(5);
});

test.each([
  [1, NaN, 1],
  [NaN, 0, 1],
  [-1, Infinity, 1],
  [-1, -Infinity, 1],
  [1, Infinity, 1],
  [0.5, Infinity, 0],
  [-2, 3, -8],
  [-2, 0.5, NaN],
  [0, -1, Infinity],
  [-0, -1, -Infinity],
])("pow(%d, %d) as in C99", (a, b, expected) => {
  expect(evaluate(scalar.pow(float(a), b))).toBe(expected);
});

test("max and min pass NaN on from either side", () => {
  for (const [a, b] of [
    [NaN, 1],
    [1, NaN],
  ] as const) {
    expect(evaluate(scalar.max(float(a), b))).toBeNaN();
    expect(evaluate(scalar.min(float(a), b))).toBeNaN();
  }
});

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [-0.5, -0],
  [-1.5, -2],
  [-2.5, -2],
  [0.49999999999999994, 0],
  [2 ** 52 + 1, 2 ** 52 + 1],
  [-Infinity, -Infinity],
  [NaN, NaN],
])("round(%d) is %d", (x, expected) => {
  expect(evaluate(scalar.round(float(x)))).toBe(expected);
});

test("comparisons with NaN are false", () => {
  for (const compare of [scalar.less, scalar.lessEqual, scalar.equal])
    expect(evaluate(compare(float(NaN), float(NaN)))).toBe(0);
  expect(evaluate(scalar.equal(float(0), float(-0)))).toBe(1);
  expect(evaluate(scalar.isNaN(float(NaN)))).toBe(1);
  expect(evaluate(scalar.isNaN(float(Infinity)))).toBe(0);
});

test("select takes one side and does not mind the other", () => {
  expect(evaluate(scalar.select(bool(true), float(1), float(NaN)))).toBe(1);
  expect(evaluate(scalar.select(bool(false), float(NaN), float(2)))).toBe(2);
});

test("bits", () => {
  expect(evaluate(scalar.and(int(-1), 0xff))).toBe(0xff);
  expect(evaluate(scalar.or(uint(0x80000000), 1))).toBe(0x80000001);
  expect(evaluate(scalar.xor(int(-1), -1))).toBe(0);
  expect(evaluate(scalar.not(bool(true)))).toBe(0);
  expect(evaluate(scalar.not(bool(false)))).toBe(1);
  expect(evaluate(scalar.shiftLeft(uint(1), 31))).toBe(2 ** 31);
  expect(evaluate(scalar.shiftLeft(int(1), 31))).toBe(-(2 ** 31));
  expect(evaluate(scalar.shiftRight(int(-8), 1))).toBe(-4);
  expect(evaluate(scalar.shiftRight(uint(2 ** 32 - 8), 1))).toBe(2 ** 31 - 4);
});

test.each<[DType, number, DType, number]>([
  ["float64", 2.9, "int32", 2],
  ["float64", -2.9, "int32", -2],
  ["float64", 1e10, "int32", 2 ** 31 - 1],
  ["float64", -Infinity, "int32", -(2 ** 31)],
  ["float64", NaN, "int32", 0],
  ["float64", -0.5, "uint32", 0],
  ["float64", 3e9, "uint32", 3e9],
  ["float32", Infinity, "uint32", 2 ** 32 - 1],
  ["float64", NaN, "bool", 1],
  ["float64", -0, "bool", 0],
  ["float64", 0.1, "bool", 1],
  ["float64", 0.1, "float32", Math.fround(0.1)],
  ["float64", 1e300, "float32", Infinity],
  ["int32", 2 ** 24 + 1, "float32", 2 ** 24],
  ["int32", -1, "uint32", 2 ** 32 - 1],
  ["uint32", 2 ** 32 - 1, "int32", -1],
  ["int32", -3, "bool", 1],
  ["bool", 1, "float64", 1],
])("cast %s %d to %s gives %d", (from, value, to, expected) => {
  expect(evaluate(scalar.cast(constant(value, from), to))).toBe(expected);
});

test("bitcast keeps the 32 bits", () => {
  expect(evaluate(scalar.bitcast(single(1), "uint32"))).toBe(0x3f800000);
  expect(evaluate(scalar.bitcast(single(-0), "int32"))).toBe(-(2 ** 31));
  expect(evaluate(scalar.bitcast(uint(0x40490fdb), "float32"))).toBe(Math.fround(Math.PI));
  expect(() => evaluate(scalar.bitcast(float(1), "int32"))).toThrow("bitcast: needs 32-bit types");
});

test("random bits are the words of Philox in order", () => {
  const bits = scalar.randomBits(uint(11), uint(22), uint(33), uint(44));
  for (let i = 0; i < 9; i++)
    expect(evaluate(bits, i)).toBe(philox4x32([i >> 2, 0, 44, 22], [11, 33])[i & 3]);
  expect(evaluate(index(), 5)).toBe(5);
});

test("transcendentals at the edges", () => {
  expect(evaluate(scalar.exp(float(-Infinity)))).toBe(0);
  expect(evaluate(scalar.expm1(float(1e-20)))).toBe(1e-20);
  expect(evaluate(scalar.log(float(0)))).toBe(-Infinity);
  expect(evaluate(scalar.log1p(float(-1)))).toBe(-Infinity);
  expect(evaluate(scalar.sqrt(float(-1)))).toBeNaN();
  expect(evaluate(scalar.tanh(float(1000)))).toBe(1);
  expect(evaluate(scalar.atan(float(Infinity)))).toBe(Math.PI / 2);
  expect(evaluate(scalar.floor(float(-0.5)))).toBe(-1);
});
