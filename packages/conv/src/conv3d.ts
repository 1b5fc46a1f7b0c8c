import {
  ArgumentError,
  checkOptions,
  extendKinds,
  formatShape,
  ShapeError,
  windowCount,
  type OptionKinds,
} from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { addBias, checkWeight } from "./convolution-options.ts";
import { checkTransposedChannels } from "./convolve-transposed.ts";
import { checkConvolutionChannels } from "./convolve.ts";
import {
  checkVolumeFits,
  padDepth,
  planesOf,
  tripleOf,
  volumeOf,
  volumes,
  volumeSize,
  type Triple,
  type VolumeSizes,
} from "./volume.ts";
import { checkInputs } from "./window.ts";

/** {@link Conv2dOptions} for volumes. */
export interface Convolution3dOptions {
  /** Step of the window. Default 1. */
  readonly stride?: Triple;
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: Triple;
  /** Parts that the channels are cut into; each sees only its own. Default 1. */
  readonly groups?: number;
}

export interface Conv3dOptions extends Convolution3dOptions {
  /** Zeros on every side. Default 0. */
  readonly padding?: Triple;
}

export const conv3dKinds: OptionKinds<Conv3dOptions> = {
  padding: "number|list",
  stride: "number|list",
  dilation: "number|list",
  groups: "number",
};

export interface ConvTranspose3dOptions extends Convolution3dOptions {
  /** Cells cut from every side of the result. Default 0. */
  readonly padding?: Triple;
  /** Cells added at the end of each axis, fewer than the stride. Default 0. */
  readonly outputPadding?: Triple;
}

export const convTranspose3dKinds: OptionKinds<ConvTranspose3dOptions> =
  /* @__PURE__ */ extendKinds(conv3dKinds, { outputPadding: "number|list" });

/**
 * Convolution of volumes, without flipping the kernel: the sum over the kernel's planes of
 * {@link conv2d} on the planes of the volume that each one meets.
 *
 * Shape: inputs [batch, in, depth, height, width], weight [out, in / groups, kernelDepth,
 * kernelHeight, kernelWidth], bias [out] →
 * [batch, out, ⌊(depth + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, …].
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * conv3d(zeros([2, 1, 8, 16, 16]), zeros([4, 1, 3, 3, 3]), undefined, { padding: 1 })
 *   .shape; // => [2, 4, 8, 16, 16]
 */
export function conv3d(
  inputs: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: Conv3dOptions = {},
): Tensor {
  const { groups = 1 } = checkOptions("conv3d", options, conv3dKinds);
  checkInputs("conv3d", volumes, inputs);
  checkWeight("conv3d", volumes, inputs, weight, bias, groups, "out, in / groups");
  checkConvolutionChannels("conv3d", volumes, inputs, weight, groups);
  const stride = tripleOf("conv3d", "stride", options.stride ?? 1, 1);
  const dilation = tripleOf("conv3d", "dilation", options.dilation ?? 1, 1);
  const padding = tripleOf("conv3d", "padding", options.padding ?? 0, 0);
  const kernelSize = volumeSize(weight);
  checkVolumeFits("conv3d", inputs, kernelSize, { stride, dilation, padding });
  const window = planeWindow(stride, dilation, padding, groups);
  const padded = padDepth(inputs, padding[0], padding[0]);
  const count = windowCount(
    inputs.shape[2]!,
    kernelSize[0],
    stride[0],
    2 * padding[0],
    dilation[0],
  );
  const planes = Array.from({ length: kernelSize[0] }, (_, k) => {
    const met = everyPlane(padded, k * dilation[0], count, stride[0]);
    return applyOne("conv2d", [planesOf(met), weight.select(2, k)], window);
  }).reduce((sum, part) => sum.add(part));
  return addBias("conv3d", volumeOf(planes, inputs.shape[0]!, count), bias);
}

/** `count` planes from `start` on, `step` apart. */
function everyPlane(x: Tensor, start: number, count: number, step: number): Tensor {
  const along = (value: number, others: readonly number[]): number[] =>
    others.map((other, axis) => (axis === 2 ? value : other));
  return applyOne("slice", [x], {
    starts: along(start, [0, 0, 0, 0, 0]),
    sizes: along(count, x.shape),
    steps: along(step, [1, 1, 1, 1, 1]),
  });
}

/** The window in height and width. */
const planeWindow = (
  [, ...stride]: VolumeSizes,
  [, ...dilation]: VolumeSizes,
  [, height, width]: VolumeSizes,
  groups: number,
) => ({ stride, dilation, padding: [height, height, width, width] as const, groups });

/**
 * Transposed convolution of volumes: the gradient of {@link conv3d} with respect to its input.
 *
 * Shape: inputs [batch, in, depth, height, width], weight [in, out / groups, kernelDepth,
 * kernelHeight, kernelWidth], bias [out] →
 * [batch, out, (depth − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1, …].
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * convTranspose3d(zeros([2, 4, 3, 3, 3]), zeros([4, 1, 4, 4, 4]), undefined, { stride: 2, padding: 1 })
 *   .shape; // => [2, 1, 6, 6, 6]
 */
export function convTranspose3d(
  inputs: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvTranspose3dOptions = {},
): Tensor {
  const op = "convTranspose3d";
  const { groups = 1 } = checkOptions(op, options, convTranspose3dKinds);
  checkInputs(op, volumes, inputs);
  checkWeight(op, volumes, inputs, weight, bias, groups, "in, out / groups");
  checkTransposedChannels(op, volumes, inputs, weight, groups);
  const stride = tripleOf(op, "stride", options.stride ?? 1, 1);
  const dilation = tripleOf(op, "dilation", options.dilation ?? 1, 1);
  const padding = tripleOf(op, "padding", options.padding ?? 0, 0);
  const extra = tripleOf(op, "outputPadding", options.outputPadding ?? 0, 0);
  if (extra.some((cells, axis) => cells >= stride[axis]!))
    throw new ArgumentError(
      op,
      `outputPadding must be smaller than the stride: received ${formatShape(extra)}, stride ${formatShape(stride)}.`,
      { expected: stride, received: extra },
    );
  const kernelSize = volumeSize(weight);
  const [depth, height, width] = volumeSize(inputs).map(
    (size, i) =>
      (size - 1) * stride[i]! -
      2 * padding[i]! +
      dilation[i]! * (kernelSize[i]! - 1) +
      extra[i]! +
      1,
  ) as [number, number, number];
  if (Math.min(depth, height, width) < 1)
    throw new ShapeError(
      op,
      `the result would be ${depth} x ${height} x ${width}: input ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)}, padding ${formatShape(padding)}. Use less padding.`,
      { received: inputs.shape },
    );
  const settings = {
    ...planeWindow(stride, dilation, padding, groups),
    inputSize: [height, width] as const,
  };
  const planes = planesOf(inputs);
  const [batch, , count] = inputs.shape as readonly [number, number, number];
  const whole = depth + 2 * padding[0];
  const volume = Array.from({ length: kernelSize[0] }, (_, k) => {
    const part = volumeOf(
      applyOne("conv2dInputGrad", [planes, weight.select(2, k)], settings),
      batch,
      count,
    );
    const before = k * dilation[0];
    const reach = (count - 1) * stride[0] + 1;
    return padDepth(part, before, whole - before - reach, stride[0] - 1);
  }).reduce((sum, part) => sum.add(part));
  return addBias(op, volume.narrow(2, padding[0], depth), bias);
}
