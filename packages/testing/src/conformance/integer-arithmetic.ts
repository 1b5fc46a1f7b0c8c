import type { Backend } from "@dl/backend";
import { matmul, pointwiseFunctions, tensor, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackendAdapter } from "./adapter.ts";

type Exact = (a: bigint, b: bigint) => bigint;

const wraps = { int32: BigInt.asIntN, uint32: BigInt.asUintN } as const;
const elements = {
  int32: [0, 1, -1, 2, -2, 3, -3, 7, 100, -100, 46341, 16777217, 2 ** 31 - 1, -(2 ** 31)],
  uint32: [0, 1, 2, 3, 7, 100, 65536, 16777217, 2 ** 31, 2 ** 32 - 1],
} as const;

const floored: Exact = (a, b) => {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
};

/** In whole numbers of any size; by 0 as NumPy has it, and to a power below 0 as PyTorch has it. */
const operations: Readonly<Record<"floorDivide" | "remainder" | "fmod" | "pow", Exact>> = {
  floorDivide: (a, b) => (b === 0n ? 0n : (a - floored(a, b)) / b),
  remainder: (a, b) => (b === 0n ? 0n : floored(a, b)),
  fmod: (a, b) => (b === 0n ? 0n : a % b),
  pow: (a, b) => {
    if (b < 0n) return a === 1n || (a === -1n && b % 2n === 0n) ? 1n : a === -1n ? -1n : 0n;
    let power = 1n;
    for (let [square, rest] = [a, b]; rest > 0n; rest >>= 1n) {
      if ((rest & 1n) === 1n) power = BigInt.asUintN(32, power * square);
      square = BigInt.asUintN(32, square * square);
    }
    return power;
  },
};

/** Integer results to the last bit, against whole numbers without bounds taken modulo 2³². */
export function testIntegerArithmetic({ create }: BackendAdapter): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await create();
  });
  afterAll(() => backend.dispose());

  describe.each(["int32", "uint32"] as const)("%s", (dtype) => {
    const values: readonly number[] = elements[dtype];
    const wrap = (value: bigint): number => Number(wraps[dtype](32, value));
    const make = (numbers: readonly number[], shape = [numbers.length]): Tensor =>
      tensor(Float64Array.from(numbers), { shape, dtype, backend });

    it.each(Object.entries(operations))("%s", async (name, exact) => {
      const { apply } = pointwiseFunctions[name as keyof typeof operations];
      const count = values.length;
      const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
      const expected = pairs.map(([a, b]) => wrap(exact(BigInt(a), BigInt(b))));
      const [left, right] = [make(values, [count, 1]), make(values, [1, count])];
      expect([...(await apply(left, right).data())]).toEqual(expected);
      for (const [i, b] of values.entries())
        if (name !== "pow" || b >= 0)
          expect([...(await apply(make(values), b).data())], `${name}(${b})`).toEqual(
            values.map((_, row) => expected[row * count + i]),
          );
    });

    it("matmul", async () => {
      const [m, k, n] = [3, 37, 5] as const;
      const drawn = (count: number, step: number): number[] =>
        Array.from({ length: count }, (_, i) => wrap(BigInt(i + 1) * BigInt(step)));
      const [a, b] = [drawn(m * k, 1_234_567_891), drawn(k * n, 987_654_323)];
      const expected = Array.from({ length: m * n }, (_, at) => {
        let sum = 0n;
        for (let i = 0; i < k; i++)
          sum += BigInt(a[Math.floor(at / n) * k + i]!) * BigInt(b[i * n + (at % n)]!);
        return wrap(sum);
      });
      expect([...(await matmul(make(a, [m, k]), make(b, [k, n])).data())]).toEqual(expected);
    });
  });
}
