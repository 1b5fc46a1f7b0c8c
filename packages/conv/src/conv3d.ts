import {
  checkOptions,
  extendKinds,
  formatShape,
  ShapeError,
  windowCount,
  type OptionKinds,
} from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { addBias, checkWeight } from "./convolution-options.ts";
import { checkOutputPadding, checkTransposedChannels, spread } from "./convolve-transposed.ts";
import { checkConvolutionChannels, namedPadding } from "./convolve.ts";
import {
  amongPlanes,
  checkVolumeFits,
  planesOf,
  tripleOf,
  volumeOf,
  volumes,
  volumeSize,
  type Triple,
  type VolumeSizes,
  type VolumeWindow,
} from "./volume.ts";
import { checkInputs, type Sizes } from "./window.ts";

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
  /** Zeros on every side; `"same"` keeps the size at stride 1, `"valid"` adds none. Default 0. */
  readonly padding?: Triple | "same" | "valid";
}

const convolution3dKinds: OptionKinds<Convolution3dOptions> = {
  stride: "number|list",
  dilation: "number|list",
  groups: "number",
};

export const conv3dKinds: OptionKinds<Conv3dOptions> = /* @__PURE__ */ extendKinds(
  convolution3dKinds,
  { padding: 'number|list|"same"|"valid"' },
);

export interface ConvTranspose3dOptions extends Convolution3dOptions {
  /** Cells cut from every side of the result. Default 0. */
  readonly padding?: Triple;
  /** Cells added at the end of each axis, fewer than the stride or the dilation. Default 0. */
  readonly outputPadding?: Triple;
}

export const convTranspose3dKinds: OptionKinds<ConvTranspose3dOptions> =
  /* @__PURE__ */ extendKinds(convolution3dKinds, {
    padding: "number|list",
    outputPadding: "number|list",
  });

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
  const kernelSize = volumeSize(weight);
  const { before, after } = sidesOf(options.padding ?? 0, { kernelSize, stride, dilation });
  checkVolumeFits("conv3d", inputs, kernelSize, { stride, dilation, before, after });
  const window = {
    stride: inPlane(stride),
    dilation: inPlane(dilation),
    padding: [before[1], after[1], before[2], after[2]] as const,
    groups,
  };
  const [depth, batch] = [inputs.shape[2]!, inputs.shape[0]!];
  const count = windowCount(before[0] + depth + after[0], kernelSize[0], stride[0], 0, dilation[0]);
  const planes = Array.from({ length: kernelSize[0] }, (_, k) => {
    // Planes of padding are left out: a weight that is not finite times their zeros would be NaN.
    const met = planesMet(count, depth, stride[0], k * dilation[0] - before[0]);
    const own = everyPlane(inputs, met.to, met.count, stride[0]);
    const part = applyOne("conv2d", [planesOf(own), weight.select(2, k)], window);
    return amongPlanes(part, batch, met.count, met.first, count - met.first - met.count);
  }).reduce((sum, part) => sum.add(part));
  return addBias("conv3d", volumeOf(planes), bias);
}

/** Which of `count` places, `stride` apart from `shift` on, lie within `depth` planes; `to` is where the first does. */
function planesMet(
  count: number,
  depth: number,
  stride: number,
  shift: number,
): { readonly first: number; readonly count: number; readonly to: number } {
  const first = Math.min(count, Math.max(0, Math.ceil(-shift / stride)));
  const end = Math.min(count, Math.floor((depth - 1 - shift) / stride) + 1);
  return end <= first
    ? { first: 0, count: 0, to: 0 }
    : { first, count: end - first, to: first * stride + shift };
}

/** `count` planes from `start` on, `step` apart. */
function everyPlane(x: Tensor, start: number, count: number, step: number): Tensor {
  if (start === 0 && count === x.shape[2] && step === 1) return x;
  const along = (value: number, others: readonly number[]): number[] =>
    others.map((other, axis) => (axis === 2 ? value : other));
  return applyOne("slice", [x], {
    starts: along(start, [0, 0, 0, 0, 0]),
    sizes: along(count, x.shape),
    steps: along(step, [1, 1, 1, 1, 1]),
  });
}

function sidesOf(
  padding: NonNullable<Conv3dOptions["padding"]>,
  window: Record<"kernelSize" | "stride" | "dilation", VolumeSizes>,
): Pick<VolumeWindow, "before" | "after"> {
  if (typeof padding !== "string") {
    const before = tripleOf("conv3d", "padding", padding, 0);
    return { before, after: before };
  }
  const { before, after } = namedPadding("conv3d", padding, window, formatShape(window.stride));
  return { before: before as VolumeSizes, after: after as VolumeSizes };
}

/** Height and width without depth. */
const inPlane = ([, height, width]: VolumeSizes): Sizes => [height, width];

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
  checkOutputPadding(op, extra, stride, dilation, formatShape);
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
  const [window, extraInPlane] = [
    { stride: inPlane(stride), dilation: inPlane(dilation), padding: inPlane(padding), groups },
    inPlane(extra),
  ];
  const [batch, , count] = inputs.shape as readonly [number, number, number];
  const planes = Array.from({ length: kernelSize[0] }, (_, k) => {
    // Only planes that land in the result: the gradient of those cut off would be zeros times the weight.
    const met = planesMet(count, depth, stride[0], k * dilation[0] - padding[0]);
    const own = everyPlane(inputs, met.first, met.count, 1);
    const operands = [planesOf(own), weight.select(2, k)];
    const part = spread(operands, window, extraInPlane, [height, width]);
    const after = depth - met.to - Math.max(0, (met.count - 1) * stride[0] + 1);
    return amongPlanes(part, batch, met.count, met.to, after, stride[0] - 1);
  }).reduce((sum, part) => sum.add(part));
  return addBias(op, volumeOf(planes), bias);
}
