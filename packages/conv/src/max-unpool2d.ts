import {
  ArgumentError,
  checkOptions,
  DTypeError,
  formatShape,
  ShapeError,
  shapesEqual,
  type OptionKinds,
} from "@dl/backend";
import { checkTensor, scatter, zeros, type Tensor } from "@dl/tensor";
import { checkBackend } from "./convolution-options.ts";
import { checkFloat } from "./pooling-window.ts";
import { checkInputs, imageSize, images, pairOf, type Pair, type Sizes } from "./window.ts";

/** The windows that {@link maxUnpool2d} undoes. */
export interface MaxUnpool2dOptions {
  /** Step of the pooling. Default: kernelSize. */
  readonly stride?: Pair;
  /** Padding of the pooling. Default 0. */
  readonly padding?: Pair;
  /** Height and width before the pooling, where several pool to the same. Default: the smallest. */
  readonly outputSize?: Pair;
}

export const maxUnpool2dKinds: OptionKinds<MaxUnpool2dOptions> = {
  stride: "number|list",
  padding: "number|list",
  outputSize: "number|list",
};

/**
 * Partial inverse of {@link maxPool2dWithIndices}: each value back where it was largest, zeros
 * elsewhere. Where windows overlapped and named one place twice, the last one stays.
 *
 * Indices live on the device and are not checked; they must be those of a pooling of this size.
 *
 * Shape: [batch, channels, height, width] →
 * [batch, channels, (height − 1)·stride − 2·padding + kernelHeight, …], or outputSize.
 *
 * @throws {ShapeError} if the indices have another shape, or the result would be empty.
 * @throws {DTypeError} if the input is not float or the indices are not int32.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const { values, indices } = maxPool2dWithIndices(tensor([[[[1, 2], [4, 3]]]]), 2);
 * await maxUnpool2d(values, indices, 2).toArray(); // => [[[[0, 0], [4, 0]]]]
 */
export function maxUnpool2d(
  inputs: Tensor,
  indices: Tensor,
  kernelSize: Pair,
  options: MaxUnpool2dOptions = {},
): Tensor {
  const op = "maxUnpool2d";
  checkOptions(op, options, maxUnpool2dKinds);
  checkInputs(op, images, inputs);
  checkTensor(op, indices);
  checkFloat(op, inputs);
  checkBackend(op, inputs, indices);
  if (indices.dtype !== "int32")
    throw new DTypeError(op, `indices must be int32, got ${indices.dtype}.`, {
      expected: "int32",
      received: indices.dtype,
    });
  if (!shapesEqual(inputs.shape, indices.shape))
    throw new ShapeError(
      op,
      `input and indices must have one shape: input ${formatShape(inputs.shape)}, indices ${formatShape(indices.shape)}. Use those of maxPool2dWithIndices.`,
      { expected: inputs.shape, received: indices.shape },
    );
  const [height, width] = unpooledSize(op, inputs, kernelSize, options);
  const [batch, channels, ...small] = inputs.shape as [number, number, number, number];
  const plane = [batch, channels, small[0] * small[1]];
  const { dtype, backend } = inputs;
  const empty = zeros([batch, channels, height * width], { dtype, backend });
  return scatter(empty, 2, indices.reshape(plane), inputs.reshape(plane)).reshape([
    batch,
    channels,
    height,
    width,
  ]);
}

function unpooledSize(
  op: string,
  inputs: Tensor,
  kernel: Pair,
  options: MaxUnpool2dOptions,
): Sizes {
  const kernelSize = pairOf(op, "kernelSize", kernel, 1);
  const stride = pairOf(op, "stride", options.stride ?? kernelSize, 1);
  const padding = pairOf(op, "padding", options.padding ?? 0, 0);
  const size = imageSize(inputs);
  const smallest = (axis: 0 | 1): number =>
    (size[axis] - 1) * stride[axis] - 2 * padding[axis] + kernelSize[axis];
  const least = [smallest(0), smallest(1)] as const;
  const given =
    options.outputSize === undefined ? least : pairOf(op, "outputSize", options.outputSize, 1);
  if (given[0] < 1 || given[1] < 1)
    throw new ShapeError(
      op,
      `the result would be ${given[0]} x ${given[1]}: input ${formatShape(inputs.shape)}, padding ${formatShape(padding)}. Use less padding.`,
      { received: inputs.shape },
    );
  // PyTorch's rule: less than one stride away from what the sizes say.
  if (([0, 1] as const).some((axis) => Math.abs(given[axis] - least[axis]) >= stride[axis]))
    throw new ArgumentError(
      op,
      `outputSize must be less than a stride from ${formatShape(least)}: received ${formatShape(given)}, stride ${formatShape(stride)}.`,
      { expected: least, received: given },
    );
  return given;
}
