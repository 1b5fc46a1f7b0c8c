import { checkOptions, type OptionKinds } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { Convolution1dOptions } from "./convolution-options.ts";
import { convolve } from "./convolve.ts";
import { sequences } from "./window.ts";

export interface Conv1dOptions extends Convolution1dOptions {
  /** Zeros at both ends; `"same"` keeps the length at stride 1, `"valid"` adds none. Default 0. */
  readonly padding?: number | "same" | "valid";
}

export const conv1dKinds: OptionKinds<Conv1dOptions> = {
  padding: 'number|"same"|"valid"',
  stride: "number",
  dilation: "number",
  groups: "number",
};

/**
 * One-dimensional convolution, without flipping the kernel.
 *
 * y[o, i] = b[o] + Σ x[c, i·stride + u·dilation − padding] w[o, c, u].
 *
 * Shape: inputs [batch, in, length], weight [out, in / groups, kernelSize], bias [out] →
 * [batch, out, ⌊(length + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1].
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const x = tensor([[[1, 2, 3, 4]]]);
 * await conv1d(x, tensor([[[1, -1]]])).toArray(); // => [[[-1, -1, -1]]]
 */
export function conv1d(
  inputs: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: Conv1dOptions = {},
): Tensor {
  checkOptions("conv1d", options, conv1dKinds);
  return convolve("conv1d", sequences, inputs, weight, bias, options);
}
