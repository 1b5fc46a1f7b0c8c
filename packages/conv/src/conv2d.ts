import { checkOptions } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { conv2dKinds, type Conv2dOptions } from "./convolution-options.ts";
import { convolve } from "./convolve.ts";
import { images } from "./window.ts";

/**
 * Two-dimensional convolution (without flipping the kernel, as everywhere in deep learning).
 *
 * y[o, i, j] = b[o] + Σ x[c, i·stride + u·dilation − padding, …] w[o, c, u, v].
 *
 * With as many groups as channels each channel has filters of its own: a depthwise convolution.
 *
 * Shape: inputs [batch, in, height, width], weight [out, in / groups, kernelHeight, kernelWidth],
 * bias [out] → [batch, out, ⌊(height + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, …].
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * conv2d(zeros([8, 1, 28, 28]), zeros([16, 1, 5, 5]), undefined, { padding: 2 }).shape; // => [8, 16, 28, 28]
 */
export function conv2d(
  inputs: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: Conv2dOptions = {},
): Tensor {
  checkOptions("conv2d", options, conv2dKinds);
  return convolve("conv2d", images, inputs, weight, bias, options);
}
