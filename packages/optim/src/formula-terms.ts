import { scalar, type Scalar } from "@dl/backend";
import { add, mul } from "./scalar-functions.ts";

/** g + λ θ: the gradient of the loss with an L2 penalty of λ/2 Σ θ². */
export const penalized = (g: Scalar, lambda: Scalar, theta: Scalar): Scalar =>
  add(g, mul(lambda, theta));

/**
 * β mean + (1 − β) x. The complement is computed on the host: in float32, 1 − 0.999 is wrong in the
 * fifth digit.
 */
export const runningMean = (mean: Scalar, x: Scalar, beta: Scalar, oneMinusBeta: Scalar): Scalar =>
  add(mul(beta, mean), mul(oneMinusBeta, x));

/** -1, 0 or 1; NaN stays NaN, so that a broken gradient shows. */
export function sign(x: Scalar): Scalar {
  const { cast, isNaN, less, select, sub } = scalar;
  return select(isNaN(x), x, sub(cast(less(0, x), x.dtype), cast(less(x, 0), x.dtype)));
}
