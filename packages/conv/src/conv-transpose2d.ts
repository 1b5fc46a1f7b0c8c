import { ArgumentError, formatShape, ShapeError } from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { addBias, checkWeight, type ConvolutionOptions } from "./convolution-options.ts";
import { checkImages, pairOf, symmetricPadding, type Pair } from "./window.ts";

const op = "convTranspose2d";

export interface ConvTranspose2dOptions extends ConvolutionOptions {
  /** Cells cut from every side of the result. Default 0. */
  readonly padding?: Pair;
  /** Rows and columns added at the bottom and right, fewer than the stride. Default 0. */
  readonly outputPadding?: Pair;
}

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
  const { groups = 1 } = options;
  checkImages(op, inputs);
  checkWeight(op, inputs, weight, bias, groups, "[in, out / groups, height, width]");
  checkChannels(inputs, weight, groups);
  const stride = pairOf(op, "stride", options.stride ?? 1, 1);
  const dilation = pairOf(op, "dilation", options.dilation ?? 1, 1);
  const padding = pairOf(op, "padding", options.padding ?? 0, 0);
  const extra = pairOf(op, "outputPadding", options.outputPadding ?? 0, 0);
  if (extra[0] >= stride[0] || extra[1] >= stride[1])
    throw new ArgumentError(
      op,
      `outputPadding must be smaller than the stride: received ${formatShape(extra)}, stride ${formatShape(stride)}.`,
      { expected: stride, received: extra },
    );
  const size = (axis: 0 | 1): number =>
    (inputs.shape[2 + axis]! - 1) * stride[axis] -
    2 * padding[axis] +
    dilation[axis] * (weight.shape[2 + axis]! - 1) +
    extra[axis] +
    1;
  const inputSize = [size(0), size(1)] as const;
  if (inputSize[0] < 1 || inputSize[1] < 1)
    throw new ShapeError(
      op,
      `the result would be ${inputSize[0]} x ${inputSize[1]}: input ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)}, padding ${formatShape(padding)}. Use less padding.`,
      { received: inputs.shape },
    );
  const outputs = applyOne("conv2dInputGrad", [inputs, weight], {
    stride,
    dilation,
    padding: symmetricPadding(padding),
    groups,
    inputSize,
  });
  return addBias(op, outputs, bias);
}

function checkChannels(inputs: Tensor, weight: Tensor, groups: number): void {
  const shapes = `input ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)} (layout NCHW)`;
  if (inputs.shape[1] !== weight.shape[0])
    throw new ShapeError(
      op,
      `weight expects ${weight.shape[0]!} input channels, got ${inputs.shape[1]!}: ${shapes}.`,
      { expected: weight.shape[0], received: inputs.shape[1] },
    );
  if (inputs.shape[1]! % groups !== 0)
    throw new ShapeError(
      op,
      `${inputs.shape[1]!} input channels cannot be cut into ${groups} groups: ${shapes}.`,
      { expected: groups, received: inputs.shape[1] },
    );
}
