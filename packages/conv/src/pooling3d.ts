import { ArgumentError, checkOptions, formatShape, type OptionKinds } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { ceilPadding, checkFloat } from "./pooling-window.ts";
import { avgPool2d, maxPool2d } from "./pooling.ts";
import {
  checkVolumeFits,
  tripleOf,
  volumes,
  volumeSize,
  type Triple,
  type VolumeSizes,
} from "./volume.ts";
import { checkInputs, type Sizes } from "./window.ts";

/** Where the windows of a pooling of volumes stand. */
export interface Pool3dOptions {
  /** Step of the window. Default: kernelSize. */
  readonly stride?: Triple;
  /** Cells around the volume, at most half the window. Default 0. */
  readonly padding?: Triple;
  /** Whether a window that sticks out at the end of an axis counts. Default false. */
  readonly ceilMode?: boolean;
}

/** Where the windows of {@link maxPool3d} stand. */
export interface MaxPool3dOptions extends Pool3dOptions {
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: Triple;
}

export const maxPool3dKinds: OptionKinds<MaxPool3dOptions> = {
  stride: "number|list",
  padding: "number|list",
  ceilMode: "boolean",
  dilation: "number|list",
};

/** How {@link avgPool3d} counts what stands around the volume. */
export interface AvgPool3dOptions extends Pool3dOptions {
  /** Whether the zeros of the padding count in the mean. Default true. */
  readonly countIncludePad?: boolean;
}

export const avgPool3dKinds: OptionKinds<AvgPool3dOptions> = {
  stride: "number|list",
  padding: "number|list",
  ceilMode: "boolean",
  countIncludePad: "boolean",
};

/**
 * Largest element under each window of a volume. The gradient goes to the first of equal ones.
 *
 * Shape: [batch, channels, depth, height, width] →
 * [batch, channels, ⌊(depth + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, …].
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * maxPool3d(zeros([2, 4, 8, 16, 16]), 2).shape; // => [2, 4, 4, 8, 8]
 */
export function maxPool3d(
  inputs: Tensor,
  kernelSize: Triple,
  options: MaxPool3dOptions = {},
): Tensor {
  const { ceilMode = false } = checkOptions("maxPool3d", options, maxPool3dKinds);
  const pool = windowOf("maxPool3d", inputs, kernelSize, options);
  return planesThenDepth(inputs, pool, (x, { kernelSize: size, ...part }) =>
    maxPool2d(x, size, { ...part, ceilMode }),
  );
}

/**
 * Mean under each window of a volume.
 *
 * Shape: as {@link maxPool3d}, without dilation.
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * avgPool3d(zeros([2, 4, 8, 16, 16]), 2).shape; // => [2, 4, 4, 8, 8]
 */
export function avgPool3d(
  inputs: Tensor,
  kernelSize: Triple,
  options: AvgPool3dOptions = {},
): Tensor {
  const { ceilMode = false, countIncludePad = true } = checkOptions(
    "avgPool3d",
    options,
    avgPool3dKinds,
  );
  const pool = windowOf("avgPool3d", inputs, kernelSize, options);
  return planesThenDepth(inputs, pool, (x, { kernelSize: size, stride, padding }) =>
    avgPool2d(x, size, { stride, padding, ceilMode, countIncludePad }),
  );
}

type Window<Size> = Record<"kernelSize" | "stride" | "padding" | "dilation", Size>;

function windowOf(
  op: string,
  inputs: Tensor,
  kernel: Triple,
  options: MaxPool3dOptions,
): Window<VolumeSizes> {
  checkInputs(op, volumes, inputs);
  checkFloat(op, inputs);
  const kernelSize = tripleOf(op, "kernelSize", kernel, 1);
  const stride = tripleOf(op, "stride", options.stride ?? kernel, 1);
  const dilation = tripleOf(op, "dilation", options.dilation ?? 1, 1);
  const padding = tripleOf(op, "padding", options.padding ?? 0, 0);
  if (padding.some((cells, axis) => 2 * cells > kernelSize[axis]!))
    throw new ArgumentError(
      op,
      `padding must be at most half the window: received ${formatShape(padding)}, kernelSize ${formatShape(kernelSize)}.`,
      { expected: kernelSize, received: padding },
    );
  const size = volumeSize(inputs);
  const afterOf = (axis: 0 | 1 | 2): number => {
    const reach = dilation[axis] * (kernelSize[axis] - 1) + 1;
    const isCeil = options.ceilMode === true;
    return (
      padding[axis] + (isCeil ? ceilPadding(size[axis], reach, stride[axis], padding[axis]) : 0)
    );
  };
  const after = [afterOf(0), afterOf(1), afterOf(2)] as const;
  checkVolumeFits(op, inputs, kernelSize, { stride, dilation, before: padding, after });
  return { kernelSize, stride, padding, dilation };
}

/** Largest elements and means of a box are those of its planes' ones: first height and width, then depth. */
function planesThenDepth(
  inputs: Tensor,
  { kernelSize, stride, padding, dilation }: Window<VolumeSizes>,
  pool: (x: Tensor, part: Window<Sizes>) => Tensor,
): Tensor {
  const [batch, channels] = inputs.shape as readonly [number, number];
  const [depth, height, width] = volumeSize(inputs);
  const within = ([, ...sizes]: VolumeSizes): Sizes => sizes;
  const planes = pool(inputs.reshape([batch, channels * depth, height, width]), {
    kernelSize: within(kernelSize),
    stride: within(stride),
    padding: within(padding),
    dilation: within(dilation),
  });
  const [rows, columns] = planes.shape.slice(2) as [number, number];
  const pooled = pool(planes.reshape([batch, channels, depth, rows * columns]), {
    kernelSize: [kernelSize[0], 1],
    stride: [stride[0], 1],
    padding: [padding[0], 0],
    dilation: [dilation[0], 1],
  });
  return pooled.reshape([batch, channels, pooled.shape[2]!, rows, columns]);
}
