import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import { where, type Tensor } from "@dl/tensor";
import { averagePool, poolOf } from "./pooling-window.ts";
import { images, pairOf, type Pair } from "./window.ts";

/** Where the windows of {@link lpPool2d} stand. */
export interface LpPool2dOptions {
  /** Step of the window. Default: kernelSize. */
  readonly stride?: Pair;
  /** Zeros around the image, at most half the window. Default 0. */
  readonly padding?: Pair;
  /** Whether a window that sticks out at the bottom or right counts. Default false. */
  readonly ceilMode?: boolean;
}

export const lpPool2dKinds: OptionKinds<LpPool2dOptions> = {
  stride: "number|list",
  padding: "number|list",
  ceilMode: "boolean",
};

/**
 * Power mean under each window, without the mean's division: (Σ xᵖ)^(1/p).
 *
 * p = 1 is a sum, a large p comes near the largest element. Signs stay as they are, as in PyTorch,
 * so an odd p is for inputs of at least 0. An incomplete window (`ceilMode`) counts as if the rest
 * were like it. Where the sum is 0 the gradient is 0 (PyTorch's is NaN).
 *
 * Shape: as {@link maxPool2d}, without dilation.
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for an exponent that is not above 0 and finite, or options out of their range.
 * @example
 * await lpPool2d(tensor([[[[3, 0], [0, 4]]]]), 2, 2).toArray(); // => [[[[5]]]]
 */
export function lpPool2d(
  inputs: Tensor,
  p: number,
  kernelSize: Pair,
  options: LpPool2dOptions = {},
): Tensor {
  const op = "lpPool2d";
  checkOptions(op, options, lpPool2dKinds);
  if (!(p > 0 && p < Infinity))
    throw new ArgumentError(
      op,
      `p must be a finite number above 0: received ${p}. For the largest element use maxPool2d.`,
      { expected: "> 0", received: p },
    );
  poolOf(op, images, inputs, kernelSize, options);
  const [height, width] = pairOf(op, "kernelSize", kernelSize, 1);
  const powers = p === 1 ? inputs : inputs.pow(p);
  const sums = averagePool(op, images, powers, kernelSize, options).mul(height * width);
  if (p === 1) return sums;
  const isZero = sums.equal(0);
  return where(isZero, 0, where(isZero, 1, sums).pow(1 / p));
}
