import {
  ArgumentError,
  DTypeError,
  isFloat,
  windowOutputSize,
  type OptionKinds,
  type Pool2dParameters,
} from "@dl/backend";
import { tensor, type Tensor } from "@dl/tensor";
import { resample } from "./resample.ts";
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

/**
 * Cells to add at the end so that the last, incomplete window counts: only if it begins inside. It
 * may be the first too.
 */
export function ceilPadding(size: number, reach: number, stride: number, padding: number): number {
  const room = size + 2 * padding - reach;
  const last = Math.ceil(room / stride) * stride;
  return last >= 0 && last < size + padding ? last - room : 0;
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
  const x = spatial.toImages(inputs);
  const size = imageSize(x);
  const count = windowOutputSize(size, pool.kernelSize, pool);
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    Array.from({ length: count[axis] }, (_, i) =>
      cellsOf(pool, axis, i, size[axis], countIncludePad),
    ),
  ) as [Cells[], Cells[]];
  const sums = [rows, columns].reduce(
    (image, windows, axis) =>
      resample(
        image,
        2 + axis,
        windows.map(({ inside }) => inside.map((position) => [position, 1])),
      ),
    x,
  );
  const counts = rows.flatMap((row) => columns.map((column) => row.counted * column.counted));
  const { dtype, backend } = x;
  const divisor = counts.every((cells) => cells === counts[0])
    ? counts[0]!
    : tensor(counts, { shape: count, dtype, backend });
  return spatial.fromImages(sums.div(divisor));
}

/** What a window covers along one axis: the image's positions, and how many cells its mean counts. */
interface Cells {
  readonly inside: readonly number[];
  readonly counted: number;
}

function cellsOf(
  { kernelSize, stride, dilation, padding }: Pool2dParameters,
  axis: 0 | 1,
  window: number,
  size: number,
  countIncludePad: boolean,
): Cells {
  const before = padding[2 * axis]!;
  const cells = Array.from(
    { length: kernelSize[axis] },
    (_, tap) => window * stride[axis] - before + tap * dilation[axis],
  );
  const inside = cells.filter((position) => position >= 0 && position < size);
  // What ceilMode adds at the end never counts.
  const padded = cells.filter((position) => position < size + before);
  return { inside, counted: Math.max(1, (countIncludePad ? padded : inside).length) };
}
