import { checkOptions } from "@dl/backend";
import { applyOne, applyPrimitive, type Tensor } from "@dl/tensor";
import {
  averagePool,
  avgPool2dKinds,
  maxPool2dKinds,
  poolOf,
  type AvgPool2dOptions,
  type MaxPool2dOptions,
} from "./pooling-window.ts";
import { images, type Pair } from "./window.ts";

/**
 * Largest element under each window. The gradient goes to the first of equal ones.
 *
 * Shape: [batch, channels, height, width] →
 * [batch, channels, ⌊(height + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, …].
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * maxPool2d(zeros([8, 16, 28, 28]), 2).shape; // => [8, 16, 14, 14]
 */
export function maxPool2d(
  inputs: Tensor,
  kernelSize: Pair,
  options: MaxPool2dOptions = {},
): Tensor {
  checkOptions("maxPool2d", options, maxPool2dKinds);
  return applyOne("maxPool2d", [inputs], poolOf("maxPool2d", images, inputs, kernelSize, options));
}

/** Largest elements, and where they stood in the plane of height and width, row by row. */
export interface PooledWithIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/**
 * {@link maxPool2d} with the int32 position of each result in its plane, row by row: what
 * {@link maxUnpool2d} needs.
 *
 * Shape: values and indices as {@link maxPool2d}.
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const { indices } = maxPool2dWithIndices(tensor([[[[1, 2], [4, 3]]]]), 2);
 * await indices.toArray(); // => [[[[2]]]]
 */
export function maxPool2dWithIndices(
  inputs: Tensor,
  kernelSize: Pair,
  options: MaxPool2dOptions = {},
): PooledWithIndices {
  checkOptions("maxPool2dWithIndices", options, maxPool2dKinds);
  const pool = poolOf("maxPool2dWithIndices", images, inputs, kernelSize, options);
  const [values, indices] = applyPrimitive("maxPool2d", [inputs], pool);
  return { values: values!, indices: indices! };
}

/**
 * Mean under each window.
 *
 * Shape: as {@link maxPool2d}.
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * avgPool2d(zeros([8, 16, 28, 28]), 2).shape; // => [8, 16, 14, 14]
 */
export function avgPool2d(
  inputs: Tensor,
  kernelSize: Pair,
  options: AvgPool2dOptions = {},
): Tensor {
  checkOptions("avgPool2d", options, avgPool2dKinds);
  return averagePool("avgPool2d", images, inputs, kernelSize, options);
}
