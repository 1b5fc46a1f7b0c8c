import type { DType } from "@dl/backend";

/** What is compared: the value, or a first or second derivative. */
export type Part = "value" | "first" | "second";

/** Where we mean to differ from PyTorch, or float32 cannot follow float64. */
export interface Deviation {
  readonly ops: readonly string[];
  readonly parts: readonly Part[];
  readonly at: (...point: number[]) => boolean;
  /** What is right; by which operand it is differentiated does not matter here. */
  readonly is: (...point: number[]) => number;
  /** In this type only. */
  readonly dtype?: DType;
  readonly reason: string;
}

const largest = 3.4028234663852886e38;
const isInfinite = (x: number): boolean => Math.abs(x) === Infinity;
const isLargest = (x: number): boolean => Math.abs(x) === largest;
const atInfinity = (...point: number[]): boolean => point.some(isInfinite);
const zero = (): number => 0;
const at =
  (...place: readonly number[]) =>
  (...point: number[]): boolean =>
    place.every((x, i) => x === point[i]);

/** One that never applies fails, and so does one where we agree with PyTorch. */
export const deviations: readonly Deviation[] = [
  {
    ops: ["elu", "celu"],
    parts: ["second"],
    at: at(0),
    is: () => 1,
    reason: "a jump; ours is the value on the left, as the first derivative of leakyRelu",
  },
  {
    ops: ["elu(2)"],
    parts: ["second"],
    at: at(0),
    is: () => 2,
    reason: "the same jump",
  },
  { ops: ["celu(2)"], parts: ["second"], at: at(0), is: () => 0.5, reason: "the same jump" },
  {
    ops: ["selu"],
    parts: ["second"],
    at: at(0),
    is: () => 1.6732632423543772 * 1.0507009873554805,
    reason: "the same jump",
  },
  {
    ops: ["geluTanh"],
    parts: ["first"],
    at: isInfinite,
    is: (x) => Number(x > 0),
    reason: "the limit; PyTorch's formula is 0 · Inf",
  },
  {
    ops: ["geluTanh"],
    parts: ["second"],
    at: isInfinite,
    is: zero,
    reason: "the limit; PyTorch's formula is 0 · Inf",
  },
  {
    ops: ["logit"],
    parts: ["second"],
    at: (x) => x === 0 || x === 1,
    is: (x) => (x === 0 ? -Infinity : Infinity),
    reason: "the limit; PyTorch's formula is Inf - Inf",
  },
  {
    ops: ["mish"],
    parts: ["second"],
    at: at(largest),
    is: zero,
    reason: "the limit; PyTorch's formula is 0 · Inf",
  },
  {
    ops: ["hardswish"],
    parts: ["value"],
    at: at(-Infinity),
    is: zero,
    reason: "the limit, not -Inf · 0",
  },
  {
    ops: ["hardswish"],
    parts: ["first"],
    at: at(3),
    is: () => 1.5,
    reason: "a jump; PyTorch's vector and scalar code choose different sides",
  },
  {
    ops: ["hardswish"],
    parts: ["second"],
    at: (x) => Math.abs(x) === 3,
    is: () => 1 / 3,
    reason: "the same jump: the value inside",
  },
  {
    ops: ["pow"],
    parts: ["second"],
    at: (a, b) => a > 0 && a < Infinity && b === 0,
    is: (a) => 1 / a,
    reason: "the mixed derivative of aᵇ at b = 0; PyTorch's matrix is not symmetric there",
  },
  {
    ops: ["pow"],
    parts: ["second"],
    at: (a, b) => a === 0 || (isInfinite(a) && b === 0),
    is: zero,
    reason: "constant beside a base of 0, and at a power of 0; PyTorch gives NaN",
  },
  {
    ops: ["pow(1.5)"],
    parts: ["first"],
    at: at(-Infinity),
    is: () => Infinity,
    reason: "as its value there; PyTorch takes a square root below 0",
  },
  {
    ops: ["pow(1.5)"],
    parts: ["second"],
    at: at(-Infinity),
    is: zero,
    reason: "as its value there; PyTorch takes a square root below 0",
  },
  {
    ops: ["fmax", "fmin"],
    parts: ["first"],
    at: (a, b) => a === b,
    is: () => 0.5,
    reason: "a tie is shared, as maximum's; PyTorch gives all to the first",
  },
  {
    ops: ["copySign"],
    parts: ["first"],
    at: isInfinite,
    is: (a, b) => Math.sign(a) * (b < 0 ? -1 : 1),
    reason: "PyTorch divides Inf by Inf",
  },
  {
    ops: ["copySign"],
    parts: ["second"],
    at: (a) => a === 0 || isInfinite(a),
    is: zero,
    reason: "straight on both sides; PyTorch divides 0 by 0 and Inf by Inf",
  },
  {
    ops: ["hypot", "atan2"],
    parts: ["first", "second"],
    at: at(0, 0),
    is: zero,
    reason: "the gradient at the origin points nowhere; PyTorch gives NaN",
  },
  {
    ops: ["logaddexp", "logaddexp2"],
    parts: ["first"],
    at: (a, b) => a === b && isInfinite(a),
    is: () => 0.5,
    reason: "a tie is shared; PyTorch's formula is Inf - Inf",
  },
  {
    ops: ["logaddexp", "logaddexp2"],
    parts: ["second"],
    at: (a, b) => atInfinity(a, b) || isLargest(a) || isLargest(b),
    is: zero,
    reason: "the limit; PyTorch's formula is Inf · 0",
  },
  {
    ops: ["xlogy"],
    parts: ["first", "second"],
    at: at(0, 0),
    is: zero,
    reason: "0, as its value; PyTorch gives NaN by the second operand",
  },
  {
    ops: ["leakyRelu(0)"],
    parts: ["value"],
    at: at(-Infinity),
    is: zero,
    reason: "a slope of 0 is relu, not 0 · -Inf",
  },
  {
    ops: ["nanToNum"],
    parts: ["value"],
    at: isInfinite,
    is: (x) => Math.sign(x) * largest,
    dtype: "float32",
    reason: "the largest number of the type itself",
  },
  {
    ops: ["softplus(2)"],
    parts: ["value"],
    at: at(largest),
    is: () => Infinity,
    dtype: "float32",
    reason: "2x is beyond float32",
  },
  {
    ops: ["hypot"],
    parts: ["first"],
    at: at(largest, largest),
    is: zero,
    dtype: "float32",
    reason: "the value is beyond float32",
  },
];
