import { checkOptions, extendKinds, normalFromBits, scalar, type OptionKinds } from "@dl/backend";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor } from "../ops/check-operands.ts";
import {
  checkFloatResult,
  checkNumbers,
  drawTensor,
  multiplyHigh,
  randomKinds,
  randomOps,
  unitFraction,
  type RandomOptions,
} from "./draw.ts";
import { add, cast, less, mul, or, select, sub } from "../scalar-functions.ts";

const uniformOps = /* @__PURE__ */ randomOps(
  "uniform",
  (dtype) => (bits, low, span) => add(low, mul(span, unitFraction(bits, dtype))),
);

/** The interval of {@link uniform}. */
export interface UniformOptions extends RandomOptions {
  /** Default 0. */
  readonly low?: number;
  /** Default 1. */
  readonly high?: number;
}

const uniformKinds: OptionKinds<UniformOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  low: "number",
  high: "number",
});

/**
 * Numbers spread evenly over [low, high).
 *
 * low + (high - low) · k · 2⁻²⁴, k a random whole number of 24 bits. For [0, 1) the bits are the
 * same on every backend; other bounds round, and may round up to `high`.
 *
 * @throws {ArgumentError} if low exceeds high.
 * @throws {DTypeError} if another type than a float is asked for.
 * @example
 * uniform([2, 3], { low: -1, high: 1 }).shape; // => [2, 3]
 */
export function uniform(shape: readonly number[], options: UniformOptions = {}): Tensor {
  const { low = 0, high = 1 } = checkOptions("uniform", options, uniformKinds);
  checkFloatResult("uniform", options.dtype);
  checkNumbers("uniform", { low, high }, low <= high, "low must not exceed high.");
  return drawTensor(uniformOps, shape, options, [low, high - low]);
}

/**
 * {@link uniform} with the shape, type and backend of `x`.
 *
 * @example
 * uniformLike(zeros([2, 3])).shape; // => [2, 3]
 */
export function uniformLike(x: Tensor, options: UniformOptions = {}): Tensor {
  checkTensor("uniformLike", x);
  checkOptions("uniformLike", options, uniformKinds);
  return uniform(x.shape, { dtype: x.dtype, backend: x.backend, ...options });
}

const normalOps = /* @__PURE__ */ randomOps(
  "normal",
  (dtype) => (bits, mean, std) => add(mean, mul(std, cast(scalar.normalFromBits(bits), dtype))),
);

/** Mean and spread of {@link normal}. */
export interface NormalOptions extends RandomOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation; default 1. */
  readonly std?: number;
}

const normalKinds: OptionKinds<NormalOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  mean: "number",
  std: "number",
});

/**
 * Normally distributed numbers.
 *
 * mean + std · z. z comes from a table of the inverse distribution function (error below 4e-5,
 * |z| at most 6.23) and has the same bits on every backend.
 *
 * @throws {ArgumentError} if std is below 0.
 * @throws {DTypeError} if another type than a float is asked for.
 * @example
 * normal([2, 3], { std: 0.02 }).shape; // => [2, 3]
 */
export function normal(shape: readonly number[], options: NormalOptions = {}): Tensor {
  const { mean = 0, std = 1 } = checkOptions("normal", options, normalKinds);
  checkFloatResult("normal", options.dtype);
  checkNumbers("normal", { mean, std }, std >= 0, "std must be at least 0.");
  return drawTensor(normalOps, shape, options, [mean, std]);
}

/**
 * {@link normal} with the shape, type and backend of `x`.
 *
 * @example
 * normalLike(zeros([2, 3])).shape; // => [2, 3]
 */
export function normalLike(x: Tensor, options: NormalOptions = {}): Tensor {
  checkTensor("normalLike", x);
  checkOptions("normalLike", options, normalKinds);
  return normal(x.shape, { dtype: x.dtype, backend: x.backend, ...options });
}

/** Spread and bounds of {@link truncatedNormal}. */
export interface TruncatedNormalOptions extends NormalOptions {
  /** Default mean - 2 std. */
  readonly low?: number;
  /** Default mean + 2 std. */
  readonly high?: number;
}

const truncatedKinds: OptionKinds<TruncatedNormalOptions> = /* @__PURE__ */ extendKinds(
  normalKinds,
  { low: "number", high: "number" },
);

/** A place on the line of probabilities, in 2³²nds, becomes bits whose deviate has that rank. */
const truncatedOps = /* @__PURE__ */ randomOps(
  "truncatedNormal",
  (dtype) => (bits, first, count, mean, std) => {
    const rank = add(first, multiplyHigh(bits, count));
    const half = 0x80000000;
    const ranked = select(less(rank, half), or(rank, half), sub(0xffffffff, rank));
    return add(mean, mul(std, cast(scalar.normalFromBits(ranked), dtype)));
  },
);

/**
 * Normally distributed numbers, given that they lie between `low` and `high`; two standard
 * deviations around the mean unless said. (PyTorch's defaults are -2 and 2 whatever the deviation.)
 *
 * @throws {ArgumentError} if std is not above 0, or nothing of the distribution lies between the bounds.
 * @throws {DTypeError} if another type than a float is asked for.
 * @example
 * truncatedNormal([64, 32], { std: 0.02 }).shape; // => [64, 32]
 */
export function truncatedNormal(
  shape: readonly number[],
  options: TruncatedNormalOptions = {},
): Tensor {
  const { mean = 0, std = 1 } = checkOptions("truncatedNormal", options, truncatedKinds);
  const { low = mean - 2 * std, high = mean + 2 * std } = options;
  checkFloatResult("truncatedNormal", options.dtype);
  const first = firstRankFrom((low - mean) / std);
  const count = firstRankFrom((high - mean) / std) - first;
  checkNumbers(
    "truncatedNormal",
    { mean, std, low, high },
    std > 0 && count > 0,
    "std must be above 0, and the bounds must enclose a part of the distribution.",
  );
  return drawTensor(truncatedOps, shape, options, [mean, std], [first, count]);
}

/** The smallest rank of 2³² whose deviate is at least z; the deviate rises with the rank. */
function firstRankFrom(z: number): number {
  const half = 2 ** 31;
  const deviate = (rank: number): number =>
    normalFromBits(rank < half ? rank + half : 2 ** 32 - 1 - rank);
  let [low, high] = [0, 2 ** 32 - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (deviate(middle) >= z) high = middle;
    else low = middle + 1;
  }
  return low;
}
