import { checkOptions, type OptionKinds } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { convolveTransposed } from "./convolve-transposed.ts";
import type { Convolution1dOptions } from "./convolution-options.ts";
import { sequences } from "./window.ts";

export interface ConvTranspose1dOptions extends Convolution1dOptions {
  /** Positions cut from both ends of the result. Default 0. */
  readonly padding?: number;
  /** Positions added at the end, fewer than the stride or the dilation. Default 0. */
  readonly outputPadding?: number;
}

export const convTranspose1dKinds: OptionKinds<ConvTranspose1dOptions> = {
  padding: "number",
  outputPadding: "number",
  stride: "number",
  dilation: "number",
  groups: "number",
};

/**
 * Transposed convolution of sequences: the gradient of {@link conv1d} with respect to its input.
 *
 * Shape: inputs [batch, in, length], weight [in, out / groups, kernelSize], bias [out] →
 * [batch, out, (length − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1].
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const x = tensor([[[1, 2]]]);
 * await convTranspose1d(x, tensor([[[1, 10]]]), undefined, { stride: 2 }).toArray(); // => [[[1, 10, 2, 20]]]
 */
export function convTranspose1d(
  inputs: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvTranspose1dOptions = {},
): Tensor {
  checkOptions("convTranspose1d", options, convTranspose1dKinds);
  return convolveTransposed("convTranspose1d", sequences, inputs, weight, bias, options);
}
