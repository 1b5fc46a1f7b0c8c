import { ArgumentError, type Backend, type DType } from "@dl/backend";
import {
  arange,
  clamp,
  full,
  fullLike,
  integers,
  linspace,
  maskedFill,
  normal,
  pad,
  pointwiseFunctions,
  scatter,
  scatterAdd,
  tensor,
  tril,
  triu,
  uniform,
  where,
  type CreationOptions,
  type Tensor,
} from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pointwiseReferences } from "../op-samples/pointwise-references.ts";
import type { BackendAdapter } from "./adapter.ts";

type Call = (x: Tensor, number: number, target: Required<CreationOptions>) => Tensor;

/** Elements near the ends, and numbers that the type does not hold. */
const outside: Readonly<Record<string, { dtype: DType; elements: number[]; numbers: number[] }>> = {
  int32: {
    dtype: "int32",
    elements: [0, 5, -5, 2 ** 31 - 1, -(2 ** 31), 16777217],
    numbers: [3e9, -3e9, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53, -1e300],
  },
  uint32: {
    dtype: "uint32",
    elements: [0, 5, 2 ** 31, 2 ** 32 - 1, 16777217],
    numbers: [-1, -3e9, 2 ** 32, 2 ** 53, 1e300],
  },
  bool: { dtype: "bool", elements: [0, 1], numbers: [3e9, -3e9, 2 ** 32] },
  float32: { dtype: "float32", elements: [0, 1, -2, 3e38], numbers: [1e39, -1e300] },
};

const compared = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const;
/** Numbers become bool, or float32, which holds all but the largest. */
const converted = ["logicalAnd", "logicalOr", "logicalXor"] as const;
const toFloat = ["div"] as const;
const bounds: Readonly<Record<string, readonly [call: Call, choose: (...n: number[]) => number]>> =
  {
    minimum: [(x, number) => x.minimum(number), Math.min],
    maximum: [(x, number) => x.maximum(number), Math.max],
    "clamp from below": [(x, number) => clamp(x, number), Math.max],
    "clamp from above": [(x, number) => clamp(x, undefined, number), Math.min],
  };
const refusing: Readonly<Record<string, Call>> = {
  "where, first": (x, number) => where(x.notEqual(0), number, x),
  "where, second": (x, number) => where(x.notEqual(0), x, number),
  maskedFill: (x, number) => maskedFill(x, x.notEqual(0), number),
  pad: (x, number) => pad(x, [[1, 1]], { value: number }),
  scatter: (x, number) => scatter(x, 0, tensor([0], { ...whole, backend: x.backend }), number),
  scatterAdd: (x, number) =>
    scatterAdd(x, 0, tensor([0], { ...whole, backend: x.backend }), number),
  full: (_x, number, target) => full([2], number, target),
  fullLike: (x, number) => fullLike(x, number),
  "arange, start": (_x, number, target) =>
    arange(number, number + Math.abs(number), Math.abs(number), target),
  "linspace, end": (_x, number, target) => linspace(0, number, 2, target),
};
const whole = { dtype: "int32" } as const;
/** Of a bool tensor these keep the type, in which every number is true or false. */
const keepsBool = /^(maskedFill|pad|scatter|full|linspace|arange)/;

/** An integer is compared with these too as they are, not as float32 has it. */
const fractions = [4.5, 5.5, -0.5, 16777216.5, -16777216.5];
const endless = [Infinity, -Infinity, NaN];

const dataOf = async (x: Tensor): Promise<number[]> => [...(await x.data())].map(Number);

/**
 * Numbers that an operand's type does not hold. The right answers are those of float64 arithmetic on
 * the numbers themselves, not of another backend: all could wrap alike.
 */
export function testNumberOperands({ create }: BackendAdapter): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await create();
  });
  afterAll(() => backend.dispose());
  const make = (name: string): Tensor => {
    const { dtype, elements } = outside[name]!;
    return tensor(elements, { dtype, backend });
  };

  describe.each(Object.entries(outside))("%s", (name, { dtype, elements, numbers }) => {
    it.each(compared)("%s answers as mathematics does", async (op) => {
      const { apply } = pointwiseFunctions[op];
      const { of: valueOf } = pointwiseReferences[op];
      for (const number of [...numbers, ...(dtype === "float32" ? [] : fractions), ...endless])
        expect(await dataOf(apply(make(name), number)), `${op} ${number}`).toEqual(
          elements.map((x) => valueOf(x, number)),
        );
    });

    it.each(converted)("%s takes any number for true", async (op) => {
      const { apply } = pointwiseFunctions[op];
      const { of: valueOf } = pointwiseReferences[op];
      for (const number of numbers)
        expect(await dataOf(apply(make(name), number))).toEqual(
          elements.map((x) => valueOf(x, number)),
        );
    });

    it.each(Object.entries(bounds))("%s bounds nothing, or is refused", async (_op, bound) => {
      const [call, choose] = bound;
      for (const number of numbers) {
        const expected = elements.map((x) => choose(x, number));
        if (expected.includes(number))
          expectRefusal(() => call(make(name), number, target()), number);
        else
          expect(await dataOf(call(make(name), number, target()))).toEqual(
            await dataOf(make(name)),
          );
      }
    });

    const target = (): Required<CreationOptions> => ({ dtype, backend });
    const operations = Object.entries(pointwiseFunctions)
      .filter(([op]) => !named.has(op))
      .flatMap(([op, { apply, definition }]) => {
        const { tensorOperands, numbers: defaults, types = "float" } = definition;
        const count = tensorOperands + defaults.length;
        const isInteger = dtype !== "float32";
        const takes = isInteger
          ? /numeric|any|integer|bits/.test(types)
          : !/bits|integer/.test(types);
        if (count === 0 || !takes) return [];
        const call: Call = (x, number) => apply(x, ...new Array<number>(count).fill(number));
        return [[op, call] as const];
      });
    it.each([
      ...operations,
      ...Object.entries(refusing).filter(([op]) => dtype !== "bool" || !keepsBool.test(op)),
    ])("%s refuses", (_op, call) => {
      for (const number of numbers) expectRefusal(() => call(make(name), number, target()), number);
    });
  });

  it("div is float32's", async () => {
    for (const op of toFloat)
      expect(await dataOf(make("int32")[op](2 ** 33))).toEqual(
        outside["int32"]!.elements.map((x) => Math.fround(Math.fround(x) / 2 ** 33)),
      );
  });

  it("int32 beside uint32 is compared, and nothing else", async () => {
    const signed = outside["int32"]!.elements;
    const unsigned = outside["uint32"]!.elements;
    const pairs = signed.flatMap((a) => unsigned.map((b) => [a, b] as const));
    const a = tensor(
      pairs.map(([left]) => left),
      { dtype: "int32", backend },
    );
    const b = tensor(
      pairs.map(([, right]) => right),
      { dtype: "uint32", backend },
    );
    for (const op of compared) {
      const { apply } = pointwiseFunctions[op];
      const { of: valueOf } = pointwiseReferences[op];
      expect(await dataOf(apply(a, b)), op).toEqual(pairs.map(([x, y]) => valueOf(x, y)));
      expect(await dataOf(apply(b, a)), op).toEqual(pairs.map(([x, y]) => valueOf(y, x)));
    }
    for (const call of [() => a.add(b), () => b.maximum(a), () => where(a.less(0), a, b)])
      expect(call).toThrow(/no type holds both u?int32 and u?int32/);
  });

  it("whole numbers of a type are drawn in it, and triangles end with the matrix", async () => {
    expectRefusal(() => integers(-5, 5, [2], { dtype: "uint32", backend }), -5);
    expectRefusal(() => uniform([2], { low: -1e39, backend }), -1e39);
    expectRefusal(() => normal([2], { std: 1e39, backend }), 1e39);
    const x = tensor([1, 2, 3, 4], { shape: [2, 2], backend });
    for (const offset of [2 ** 31 - 1, 3e9, 2 ** 53]) {
      expect(await dataOf(tril(x, offset))).toEqual([1, 2, 3, 4]);
      expect(await dataOf(triu(x, offset))).toEqual([0, 0, 0, 0]);
      expect(await dataOf(tril(x, -offset))).toEqual([0, 0, 0, 0]);
      expect(await dataOf(triu(x, -offset))).toEqual([1, 2, 3, 4]);
    }
  });

  it("a cast drops the fraction and saturates; int32 and uint32 keep the bits", async () => {
    const x = tensor([3e9, -3e9, 1.9, -1.9, Infinity, -Infinity, NaN, 2 ** 32], { backend });
    expect(await dataOf(x.cast("int32"))).toEqual([
      2 ** 31 - 1,
      -(2 ** 31),
      1,
      -1,
      2 ** 31 - 1,
      -(2 ** 31),
      0,
      2 ** 31 - 1,
    ]);
    expect(await dataOf(x.cast("uint32"))).toEqual([3e9, 0, 1, 0, 2 ** 32 - 1, 0, 0, 2 ** 32 - 1]);
    expect(await dataOf(tensor([-1], { ...whole, backend }).cast("uint32"))).toEqual([2 ** 32 - 1]);
  });
}

const named: ReadonlySet<string> = new Set([
  ...compared,
  ...converted,
  ...toFloat,
  ...Object.keys(bounds),
  "fmax",
  "fmin",
  "hardtanh",
]);

/** An ArgumentError that names the number received. */
function expectRefusal(call: () => unknown, number: number): void {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, String(number)).toBeInstanceOf(ArgumentError);
  expect((thrown as ArgumentError).message).toContain(String(number));
}
