import { checkOptions } from "@dl/backend";
import { full, normal, truncatedNormal, uniform } from "@dl/tensor";
import type { NormalOptions, TruncatedNormalOptions } from "@dl/tensor";
import type { Initializer } from "./scaled.ts";

/**
 * Uniform over [low, high), whatever the shape: for showing what bad first weights do.
 *
 * @example
 * new Linear(784, 10, { init: uniformInitializer(-0.1, 0.1) });
 */
export function uniformInitializer(low: number, high: number): Initializer {
  return (shape, options) => uniform(shape, { ...options, low, high });
}

/**
 * Normal with this mean and deviation, whatever the shape.
 *
 * @example
 * new Linear(784, 10, { init: normalInitializer({ std: 0.02 }) });
 */
export function normalInitializer(options: Pick<NormalOptions, "mean" | "std"> = {}): Initializer {
  const { mean = 0, std = 1 } = checkOptions("normalInitializer", options, {
    mean: "number",
    std: "number",
  });
  return (shape, random) => normal(shape, { ...random, mean, std });
}

/**
 * Normal, given that it lies between low and high: two deviations around the mean unless said.
 *
 * @example
 * new Embedding(1000, 64, { init: truncatedNormalInitializer({ std: 0.02 }) });
 */
export function truncatedNormalInitializer(
  limits: Pick<TruncatedNormalOptions, "mean" | "std" | "low" | "high"> = {},
): Initializer {
  checkOptions("truncatedNormalInitializer", limits, {
    mean: "number",
    std: "number",
    low: "number",
    high: "number",
  });
  return (shape, options) => truncatedNormal(shape, { ...options, ...limits });
}

/**
 * One number everywhere. Units that start alike stay alike: for biases, and as a bad example.
 *
 * @example
 * new Linear(784, 10, { init: constantInitializer(0) });
 */
export function constantInitializer(value: number): Initializer {
  return (shape, { generator: _unused, ...creation } = {}) => full(shape, value, creation);
}
