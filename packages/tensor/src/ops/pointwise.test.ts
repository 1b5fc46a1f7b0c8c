import { reference } from "@dl/backend-reference";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { configure, pointwiseFunctions, tensor, where, zeros, type Tensor } from "../index.ts";

beforeAll(() => void configure({ backend: reference() }));

const ints = (...values: number[]): Tensor => tensor(Int32Array.from(values));

describe("types", () => {
  test("floats win over integers, integers over bool", () => {
    const flags = tensor([true]);
    expect(ints(1).add(tensor([1])).dtype).toBe("float32");
    expect(tensor([1]).add(tensor([1], { dtype: "float64" })).dtype).toBe("float64");
    expect(flags.add(flags).dtype).toBe("int32");
    expect(flags.maximum(flags).dtype).toBe("bool");
    expect(ints(1).div(ints(2)).dtype).toBe("float32");
    expect(ints(1).less(2).dtype).toBe("bool");
    expect(ints(1).isNaN().dtype).toBe("bool");
  });

  test("a fraction makes integers float32, a whole number does not", async () => {
    expect(ints(1).mul(2).dtype).toBe("int32");
    expect(await ints(1, 3).mul(0.5).toArray()).toEqual([0.5, 1.5]);
    expect(await ints(1, 3).less(1.5).toArray()).toEqual([true, false]);
    expect(tensor([true]).add(1).dtype).toBe("int32");
  });

  test("casts", async () => {
    expect(await tensor([1.7, -1.7]).cast("int32").toArray()).toEqual([1, -1]);
    expect(await tensor([0, 0.1, NaN]).cast("bool").toArray()).toEqual([false, true, true]);
    const x = tensor([1]);
    expect(x.cast("float32").value).toBe(x.value);
  });
});

describe("integers", () => {
  test("quotients and remainders are exact over the whole range", async () => {
    const big = 2 ** 31 - 1;
    const a = [7, -7, 7, -7, big, -big, big, 123456789, big, big - 1];
    const b = [2, 2, -2, -2, 1, 3, 46341, 10, big, big];
    const expected = a.map((x, i) => Math.floor(x / b[i]!));
    expect(
      await ints(...a)
        .floorDivide(ints(...b))
        .toArray(),
    ).toEqual(expected);
    expect(
      await ints(...a)
        .remainder(ints(...b))
        .toArray(),
    ).toEqual(a.map((x, i) => x - expected[i]! * b[i]!));
    const unsigned = tensor(Uint32Array.of(2 ** 32 - 1, 2 ** 32 - 1));
    expect(await unsigned.floorDivide(tensor(Uint32Array.of(3, 1))).toArray()).toEqual([
      1431655765,
      2 ** 32 - 1,
    ]);
  });

  test("a quotient is that of floor for any two integers", async () => {
    const whole = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
    const pairs = fc.array(
      fc.tuple(
        whole,
        whole.filter((b) => b !== 0),
      ),
      {
        minLength: 1,
        maxLength: 64,
      },
    );
    await fc.assert(
      fc.asyncProperty(pairs, async (list) => {
        const quotient = ints(...list.map(([a]) => a)).floorDivide(ints(...list.map(([, b]) => b)));
        expect(await quotient.toArray()).toEqual(list.map(([a, b]) => Math.floor(a / b) + 0));
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  test("bits", async () => {
    expect(await ints(6).bitwiseAnd(3).item()).toBe(2);
    expect(await ints(6).bitwiseOr(3).item()).toBe(7);
    expect(await ints(6).bitwiseXor(3).item()).toBe(5);
    expect(await ints(6).bitwiseNot().item()).toBe(-7);
    expect(await tensor([true, false]).bitwiseNot().toArray()).toEqual([false, true]);
    expect(await ints(-8).shiftRight(1).item()).toBe(-4);
    expect(await ints(3).shiftLeft(2).item()).toBe(12);
    expect(await tensor([2, 0, NaN]).logicalAnd(3).toArray()).toEqual([true, false, true]);
  });
});

test("powers of common numbers have formulas of their own", async () => {
  const x = tensor([0.25, 4, 9]);
  for (const exponent of [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 5])
    expect(await x.pow(exponent).toArray()).toEqual(
      [0.25, 4, 9].map((base) => expect.closeTo(base ** exponent, 2)),
    );
  expect(await tensor([-2]).pow(3).toArray()).toEqual([-8]);
  const { numberForms } = pointwiseFunctions.pow.definition;
  expect([...numberForms!.keys()]).toContain(2);
});

test("where and clamp", async () => {
  const x = tensor([-2, 0.5, 3]);
  expect(await where(x.greater(0), x, 0).toArray()).toEqual([0, 0.5, 3]);
  expect(await x.where(x.greater(0), -1).toArray()).toEqual([-1, 0.5, 3]);
  expect(await where(tensor([true, false]), 1, 2).data()).toEqual(Float32Array.of(1, 2));
  expect(await where(tensor([[true], [false]]), tensor([1, 2]), 0).toArray()).toEqual([
    [1, 2],
    [0, 0],
  ]);
  expect(await x.clamp(0, 1).toArray()).toEqual([0, 0.5, 1]);
  expect(await x.clamp(undefined, 1).toArray()).toEqual([-2, 0.5, 1]);
  expect(await x.clamp(tensor([0, 1, 2])).toArray()).toEqual([0, 1, 3]);
  expect(await ints(-5, 5).clamp(0).data()).toEqual(Int32Array.of(0, 5));
});

test("numbers other than the defaults", async () => {
  const x = tensor([-2, 2]);
  expect(await x.leakyRelu(0.5).toArray()).toEqual([-1, 2]);
  expect(await x.hardtanh(-1.5, 0.5).toArray()).toEqual([-1.5, 0.5]);
  expect(await x.threshold(0, 7).toArray()).toEqual([7, 2]);
  expect(await tensor([NaN, Infinity]).nanToNum(3).toArray()).toEqual([3, 3.4028234663852886e38]);
  expect(await x.lerp(4, 0.25).toArray()).toEqual([-0.5, 2.5]);
});

describe("broadcasting", () => {
  const sides = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 3 });

  test("is symmetric, and its shape that of NumPy", async () => {
    await fc.assert(
      fc.asyncProperty(sides, sides, async (left, right) => {
        const make = (shape: number[]): Tensor =>
          tensor(
            Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
            { shape },
          );
        const [a, b] = [make(left), make(right)];
        let sum: Tensor;
        try {
          sum = a.add(b);
        } catch (error) {
          expect(() => b.add(a)).toThrow(/^add: shapes do not broadcast/);
          expect((error as Error).message).toMatch(/^add: shapes do not broadcast/);
          return;
        }
        expect(b.add(a).shape).toEqual(sum.shape);
        expect(await b.add(a).data()).toEqual(await sum.data());
        expect(await a.sub(b).abs().data()).toEqual(await b.sub(a).abs().data());
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  test("with empty tensors", async () => {
    expect(zeros([0, 3]).add(tensor([1, 2, 3])).shape).toEqual([0, 3]);
    expect(await zeros([0]).mul(2).relu().toArray()).toEqual([]);
  });
});

describe("errors", () => {
  test.each<[() => unknown, string]>([
    [
      () => zeros([2]).add(zeros([3])),
      "add: shapes do not broadcast: left [2], right [3]. Aligned at the end, sizes must be equal or 1.",
    ],
    [() => ints(1).log(), 'log: needs a float tensor, got int32. Convert with x.cast("float32").'],
    [
      () => zeros([1]).bitwiseAnd(1),
      'bitwiseAnd: needs integer or bool operands, got float32. Convert with x.cast("int32").',
    ],
    [
      () => zeros([1]).shiftLeft(1),
      'shiftLeft: needs integer operands, got float32. Convert with x.cast("int32").',
    ],
    [
      () => zeros([1]).add("1" as never),
      "add: needs a tensor or a number, got string. Make one with tensor(...).",
    ],
    [
      () => zeros([1]).leakyRelu(zeros([1]) as never),
      "leakyRelu: needs a number, got a tensor. Give a plain number.",
    ],
    [() => zeros([1]).clamp(), "clamp: needs a bound: received none. Give low, high or both."],
    [
      () => zeros([1]).cast("float16" as never),
      'cast: unknown dtype: received "float16". Use float32, float64, int32, uint32, bool.',
    ],
    [
      () => zeros([1]).add(zeros([1], { backend: reference() })),
      "add: tensors live on different backends: reference and reference. Move one with await x.to(backend).",
    ],
    [
      () => where(1 as never, zeros([1]), 0),
      "where: needs a tensor, got number. Make one with tensor(...).",
    ],
  ])("%#", (call, message) => {
    expect(call).toThrow(message);
  });
});
