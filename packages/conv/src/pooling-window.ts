import {
  ArgumentError,
  DTypeError,
  isFloat,
  type OptionKinds,
  type Pool2dParameters,
} from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import {
  checkFits,
  checkInputs,
  imageSize,
  windowReach,
  type Pair,
  type Spatial,
} from "./window.ts";

/** Where the windows of a pooling of images stand. */
export interface PoolOptions {
  /** Step of the window. Default: kernelSize. */
  readonly stride?: Pair;
  /** Cells around the image, at most half the window. Default 0. */
  readonly padding?: Pair;
  /** Whether a window that sticks out at the bottom or right counts. Default false. */
  readonly ceilMode?: boolean;
}

/** Where the windows of {@link maxPool2d} stand. */
export interface MaxPool2dOptions extends PoolOptions {
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: Pair;
}

export const maxPool2dKinds: OptionKinds<MaxPool2dOptions> = {
  stride: "number|list",
  padding: "number|list",
  ceilMode: "boolean",
  dilation: "number|list",
};

/** How {@link avgPool2d} counts what stands around the image. */
export interface AvgPool2dOptions extends MaxPool2dOptions {
  /** Whether the zeros of the padding count in the mean. Default true. */
  readonly countIncludePad?: boolean;
}

export const avgPool2dKinds: OptionKinds<AvgPool2dOptions> = {
  stride: "number|list",
  padding: "number|list",
  ceilMode: "boolean",
  dilation: "number|list",
  countIncludePad: "boolean",
};

/** @throws {DTypeError} unless the tensor's type is float. */
export function checkFloat(op: string, inputs: Tensor): void {
  if (!isFloat(inputs.dtype))
    throw new DTypeError(
      op,
      `needs a float tensor, got ${inputs.dtype}. Convert with x.cast("float32").`,
      {
        received: inputs.dtype,
      },
    );
}

/** A pooling's window in the routine's terms, with all checks. */
export function poolOf(
  op: string,
  spatial: Spatial,
  inputs: Tensor,
  kernel: Pair,
  options: MaxPool2dOptions,
): Pool2dParameters {
  checkInputs(op, spatial, inputs);
  checkFloat(op, inputs);
  const kernelSize = spatial.sizesOf(op, "kernelSize", kernel, 1);
  const stride = spatial.sizesOf(op, "stride", options.stride ?? kernel, 1);
  const dilation = spatial.sizesOf(op, "dilation", options.dilation ?? 1, 1);
  const padding = spatial.sizesOf(op, "padding", options.padding ?? 0, 0);
  if (2 * padding[0] > kernelSize[0] || 2 * padding[1] > kernelSize[1])
    throw new ArgumentError(
      op,
      `padding must be at most half the window: received ${spatial.show(padding)}, kernelSize ${spatial.show(kernelSize)}.`,
      { expected: kernelSize, received: padding },
    );
  const [size, reach] = [imageSize(inputs), windowReach(kernelSize, dilation)];
  const extra = (axis: 0 | 1): number =>
    options.ceilMode === true
      ? ceilPadding(size[axis], reach[axis], stride[axis], padding[axis])
      : 0;
  const pool: Pool2dParameters = {
    kernelSize,
    stride,
    dilation,
    padding: [padding[0], padding[0] + extra(0), padding[1], padding[1] + extra(1)],
  };
  checkFits(op, spatial, inputs, kernelSize, pool);
  return pool;
}

/** Cells to add at the end so that the last, incomplete window counts: only if it begins inside. */
function ceilPadding(size: number, reach: number, stride: number, padding: number): number {
  const room = size + 2 * padding - reach;
  if (room < 0) return 0;
  const last = Math.ceil(room / stride) * stride;
  return last < size + padding ? last - room : 0;
}

/** Means of images or sequences. */
export function averagePool(
  op: string,
  spatial: Spatial,
  inputs: Tensor,
  kernelSize: Pair,
  options: AvgPool2dOptions,
): Tensor {
  const { countIncludePad = true } = options;
  const pool = poolOf(op, spatial, inputs, kernelSize, options);
  const [top, bottom, left, right] = pool.padding;
  const x = spatial.toImages(inputs);
  if (!countIncludePad || (bottom === top && right === left))
    return spatial.fromImages(applyOne("avgPool2d", [x], { ...pool, countIncludePad }));
  // What ceilMode adds never counts, so the padding that does is made part of the image.
  const border = [0, 0, top, left];
  const padded = applyOne("pad", [x], {
    before: border,
    after: border,
    interior: [0, 0, 0, 0],
    value: 0,
  });
  const padding = [0, bottom - top, 0, right - left] as const;
  return spatial.fromImages(
    applyOne("avgPool2d", [padded], { ...pool, padding, countIncludePad: false }),
  );
}
