import {
  ArgumentError,
  DTypeError,
  formatShape,
  isFloat,
  type Pool2dParameters,
} from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { checkFits, checkImages, pairOf, type Pair } from "./window.ts";

export interface PoolOptions {
  /** Step of the window. Default: kernelSize. */
  readonly stride?: Pair;
  /** Cells around the image, at most half the window. Default 0. */
  readonly padding?: Pair;
  /** Whether a window that sticks out at the bottom or right counts. Default false. */
  readonly ceilMode?: boolean;
}

export interface MaxPool2dOptions extends PoolOptions {
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: Pair;
}

export interface AvgPool2dOptions extends PoolOptions {
  /** Whether the zeros of the padding count in the mean. Default true. */
  readonly countIncludePad?: boolean;
}

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
  return applyOne("maxPool2d", [inputs], poolOf("maxPool2d", inputs, kernelSize, options));
}

/**
 * Mean under each window.
 *
 * Shape: as {@link maxPool2d}, without dilation.
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
  const { countIncludePad = true } = options;
  const pool = poolOf("avgPool2d", inputs, kernelSize, options);
  const [top, bottom, left, right] = pool.padding;
  if (countIncludePad && (bottom !== top || right !== left)) {
    // What ceilMode adds never counts, so the padding that does is made part of the image.
    const border = [0, 0, top, left];
    const padded = applyOne("pad", [inputs], {
      before: border,
      after: border,
      interior: [0, 0, 0, 0],
      value: 0,
    });
    const padding = [0, bottom - top, 0, right - left] as const;
    return applyOne("avgPool2d", [padded], { ...pool, padding, countIncludePad: false });
  }
  return applyOne("avgPool2d", [inputs], { ...pool, countIncludePad });
}

function poolOf(
  op: string,
  inputs: Tensor,
  kernel: Pair,
  options: MaxPool2dOptions,
): Pool2dParameters {
  checkImages(op, inputs);
  if (!isFloat(inputs.dtype))
    throw new DTypeError(
      op,
      `needs a float tensor, got ${inputs.dtype}. Convert with x.cast("float32").`,
      {
        received: inputs.dtype,
      },
    );
  const kernelSize = pairOf(op, "kernelSize", kernel, 1);
  const stride = pairOf(op, "stride", options.stride ?? kernelSize, 1);
  const dilation = pairOf(op, "dilation", options.dilation ?? 1, 1);
  const padding = pairOf(op, "padding", options.padding ?? 0, 0);
  if (2 * padding[0] > kernelSize[0] || 2 * padding[1] > kernelSize[1])
    throw new ArgumentError(
      op,
      `padding must be at most half the window: received ${formatShape(padding)}, kernelSize ${formatShape(kernelSize)}.`,
      { expected: kernelSize, received: padding },
    );
  const extra = (axis: 0 | 1): number =>
    options.ceilMode === true
      ? ceilPadding(
          inputs.shape[2 + axis]!,
          dilation[axis] * (kernelSize[axis] - 1) + 1,
          stride[axis],
          padding[axis],
        )
      : 0;
  const pool: Pool2dParameters = {
    kernelSize,
    stride,
    dilation,
    padding: [padding[0], padding[0] + extra(0), padding[1], padding[1] + extra(1)],
  };
  checkFits(op, inputs, kernelSize, pool);
  return pool;
}

/** Cells to add at the end so that the last, incomplete window counts: only if it begins inside. */
function ceilPadding(size: number, reach: number, stride: number, padding: number): number {
  const room = size + 2 * padding - reach;
  if (room < 0) return 0;
  const last = Math.ceil(room / stride) * stride;
  return last < size + padding ? last - room : 0;
}
