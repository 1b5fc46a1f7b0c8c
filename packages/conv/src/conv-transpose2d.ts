import { checkOptions } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { convolveTransposed } from "./convolve-transposed.ts";
import { convTranspose2dKinds, type ConvTranspose2dOptions } from "./convolution-options.ts";
import { images } from "./window.ts";

/**
 * Transposed convolution: the gradient of {@link conv2d} with respect to its input, used forward to
 * enlarge images.
 *
 * Shape: inputs [batch, in, height, width], weight [in, out / groups, kernelHeight, kernelWidth],
 * bias [out] → [batch, out, (height − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1, …].
 *
 * Source: Dumoulin & Visin 2016, arXiv:1603.07285, chapter 4.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * convTranspose2d(zeros([8, 64, 7, 7]), zeros([64, 32, 4, 4]), undefined, { stride: 2, padding: 1 })
 *   .shape; // => [8, 32, 14, 14]
 */
export function convTranspose2d(
  inputs: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvTranspose2dOptions = {},
): Tensor {
  checkOptions("convTranspose2d", options, convTranspose2dKinds);
  return convolveTransposed("convTranspose2d", images, inputs, weight, bias, options);
}
