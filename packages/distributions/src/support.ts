import { where, type Tensor } from "@dl/tensor";

/**
 * A function of values where they are possible, and `elsewhere` where not. There the function sees
 * `inside`, a possible value, so that nothing of what it does comes back in a gradient. NaN counts as
 * possible and stays NaN.
 */
export function onSupport(
  value: Tensor,
  isOutside: Tensor,
  inside: number,
  f: (value: Tensor) => Tensor,
  elsewhere: number = -Infinity,
): Tensor {
  return where(isOutside, elsewhere, f(where(isOutside, inside, value)));
}
