import {
  ArgumentError,
  checkOptions,
  extendKinds,
  type OptionKinds,
  type Window2d,
} from "@dl/backend";
import {
  checkCount,
  defaultUniform,
  Module,
  Parameter,
  randomOptions,
  weightKinds,
  type WeightOptions,
} from "@dl/nn";
import { pad, type PadMode, type Tensor } from "@dl/tensor";
import { conv1d, conv1dKinds, type Conv1dOptions } from "./conv1d.ts";
import { conv2d } from "./conv2d.ts";
import {
  convTranspose1d,
  convTranspose1dKinds,
  type ConvTranspose1dOptions,
} from "./conv-transpose1d.ts";
import { convTranspose2d } from "./conv-transpose2d.ts";
import {
  conv2dKinds,
  convTranspose2dKinds,
  type Conv2dOptions,
  type ConvTranspose2dOptions,
} from "./convolution-options.ts";
import { convolutionWindow } from "./convolve.ts";
import { images, imageSize, sequences, type Pair } from "./window.ts";

/**
 * What stands around the image: zeros, its mirror image without the edge, its edge, or its other
 * end.
 */
export type PaddingMode = "zeros" | Exclude<PadMode, "constant">;

/** What a convolution layer finds around its input. */
export interface PaddingModeOptions {
  /** Default `zeros`. */
  readonly paddingMode?: PaddingMode;
}

const paddedKinds: OptionKinds<PaddingModeOptions & WeightOptions> = /* @__PURE__ */ extendKinds(
  weightKinds,
  {
    paddingMode: '"zeros"|"reflect"|"replicate"|"circular"',
  },
);

const conv1dLayerKinds: OptionKinds<Conv1dOptions & PaddingModeOptions & WeightOptions> =
  /* @__PURE__ */ extendKinds<Conv1dOptions, Conv1dOptions & PaddingModeOptions & WeightOptions>(
    conv1dKinds,
    paddedKinds,
  );

/**
 * A convolution layer for sequences: {@link conv1d} with a weight and bias of its own.
 *
 * Starts uniform in ±1 / √(inChannels / groups · kernelSize), as in PyTorch.
 *
 * Shape: [batch, inChannels, length] → [batch, outChannels, …]; weight
 * [outChannels, inChannels / groups, kernelSize].
 *
 * @throws {ArgumentError} for sizes or options out of their range.
 * @example
 * new Conv1d(1, 4, 3, { padding: 1, paddingMode: "circular" }).forward(zeros([2, 1, 9])).shape; // => [2, 4, 9]
 */
export class Conv1d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly options: Conv1dOptions;
  readonly paddingMode: PaddingMode;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: Conv1dOptions & PaddingModeOptions & WeightOptions = {},
  ) {
    super();
    const {
      groups = 1,
      stride = 1,
      padding = 0,
      dilation = 1,
      paddingMode = "zeros",
    } = checkOptions("conv1d", options, conv1dLayerKinds);
    checkLayerChannels("conv1d", inChannels, outChannels, groups);
    checkCount("conv1d", "kernelSize", kernelSize);
    const shape = [outChannels, inChannels / groups, kernelSize];
    const { weight, bias } = startingWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.options = { groups, stride, padding, dilation };
    this.paddingMode = paddingMode;
  }

  forward(inputs: Tensor): Tensor {
    const { weight, bias, options, paddingMode } = this;
    if (paddingMode === "zeros" || inputs.ndim !== 3) return conv1d(inputs, weight, bias, options);
    const window = convolutionWindow("conv1d", sequences, imageSize(weight), options);
    const padded = padAround(inputs, window.padding, paddingMode);
    return conv1d(padded, weight, bias, { ...options, padding: 0 });
  }
}

const conv2dLayerKinds: OptionKinds<Conv2dOptions & PaddingModeOptions & WeightOptions> =
  /* @__PURE__ */ extendKinds<Conv2dOptions, Conv2dOptions & PaddingModeOptions & WeightOptions>(
    conv2dKinds,
    paddedKinds,
  );

/**
 * A convolution layer: {@link conv2d} with a weight and bias of its own.
 *
 * Starts uniform in ±1 / √(inChannels / groups · kernelHeight · kernelWidth), as in PyTorch.
 *
 * Shape: [batch, inChannels, height, width] → [batch, outChannels, …]; weight
 * [outChannels, inChannels / groups, kernelHeight, kernelWidth].
 *
 * @throws {ArgumentError} for sizes or options out of their range.
 * @example
 * new Conv2d(1, 16, 5, { padding: 2 }).forward(zeros([8, 1, 28, 28])).shape; // => [8, 16, 28, 28]
 */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly options: Conv2dOptions;
  readonly paddingMode: PaddingMode;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: Conv2dOptions & PaddingModeOptions & WeightOptions = {},
  ) {
    super();
    const {
      groups = 1,
      stride = 1,
      padding = 0,
      dilation = 1,
      paddingMode = "zeros",
    } = checkOptions("conv2d", options, conv2dLayerKinds);
    checkLayerChannels("conv2d", inChannels, outChannels, groups);
    const kernel = images.sizesOf("conv2d", "kernelSize", kernelSize, 1);
    const shape = [outChannels, inChannels / groups, ...kernel];
    const { weight, bias } = startingWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.options = { groups, stride, padding, dilation };
    this.paddingMode = paddingMode;
  }

  forward(inputs: Tensor): Tensor {
    const { weight, bias, options, paddingMode } = this;
    if (paddingMode === "zeros" || inputs.ndim !== 4) return conv2d(inputs, weight, bias, options);
    const window = convolutionWindow("conv2d", images, imageSize(weight), options);
    const padded = padAround(inputs, window.padding, paddingMode);
    return conv2d(padded, weight, bias, { ...options, padding: 0 });
  }
}

const convTranspose1dLayerKinds: OptionKinds<ConvTranspose1dOptions & WeightOptions> =
  /* @__PURE__ */ extendKinds<ConvTranspose1dOptions, ConvTranspose1dOptions & WeightOptions>(
    convTranspose1dKinds,
    weightKinds,
  );

/**
 * A transposed convolution layer for sequences: {@link convTranspose1d} with a weight and bias of
 * its own.
 *
 * Starts uniform in ±1 / √(outChannels / groups · kernelSize), as in PyTorch.
 *
 * Shape: [batch, inChannels, length] → [batch, outChannels, …]; weight
 * [inChannels, outChannels / groups, kernelSize].
 *
 * @throws {ArgumentError} for sizes or options out of their range.
 * @example
 * new ConvTranspose1d(4, 2, 4, { stride: 2, padding: 1 }).forward(zeros([2, 4, 5])).shape; // => [2, 2, 10]
 */
export class ConvTranspose1d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly options: ConvTranspose1dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    options: ConvTranspose1dOptions & WeightOptions = {},
  ) {
    super();
    const {
      groups = 1,
      stride = 1,
      padding = 0,
      dilation = 1,
      outputPadding = 0,
    } = checkOptions("convTranspose1d", options, convTranspose1dLayerKinds);
    checkLayerChannels("convTranspose1d", inChannels, outChannels, groups);
    checkCount("convTranspose1d", "kernelSize", kernelSize);
    const shape = [inChannels, outChannels / groups, kernelSize];
    const { weight, bias } = startingWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.options = { groups, stride, padding, dilation, outputPadding };
  }

  forward(inputs: Tensor): Tensor {
    return convTranspose1d(inputs, this.weight, this.bias, this.options);
  }
}

const convTranspose2dLayerKinds: OptionKinds<ConvTranspose2dOptions & WeightOptions> =
  /* @__PURE__ */ extendKinds<ConvTranspose2dOptions, ConvTranspose2dOptions & WeightOptions>(
    convTranspose2dKinds,
    weightKinds,
  );

/**
 * A transposed convolution layer: {@link convTranspose2d} with a weight and bias of its own.
 *
 * Starts uniform in ±1 / √(outChannels / groups · kernelHeight · kernelWidth), as in PyTorch.
 *
 * Shape: [batch, inChannels, height, width] → [batch, outChannels, …]; weight
 * [inChannels, outChannels / groups, kernelHeight, kernelWidth].
 *
 * @throws {ArgumentError} for sizes or options out of their range.
 * @example
 * const enlarge = new ConvTranspose2d(64, 32, 4, { stride: 2, padding: 1 });
 * enlarge.forward(zeros([8, 64, 7, 7])).shape; // => [8, 32, 14, 14]
 */
export class ConvTranspose2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly options: ConvTranspose2dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: ConvTranspose2dOptions & WeightOptions = {},
  ) {
    super();
    const {
      groups = 1,
      stride = 1,
      padding = 0,
      dilation = 1,
      outputPadding = 0,
    } = checkOptions("convTranspose2d", options, convTranspose2dLayerKinds);
    checkLayerChannels("convTranspose2d", inChannels, outChannels, groups);
    const kernel = images.sizesOf("convTranspose2d", "kernelSize", kernelSize, 1);
    const shape = [inChannels, outChannels / groups, ...kernel];
    const { weight, bias } = startingWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.options = { groups, stride, padding, dilation, outputPadding };
  }

  forward(inputs: Tensor): Tensor {
    return convTranspose2d(inputs, this.weight, this.bias, this.options);
  }
}

function padAround(
  inputs: Tensor,
  [top, bottom, left, right]: Window2d["padding"],
  mode: Exclude<PaddingMode, "zeros">,
): Tensor {
  const sides = [
    [top, bottom],
    [left, right],
  ] as const;
  return pad(inputs, inputs.ndim === 3 ? sides.slice(1) : sides, { mode });
}

/** Weight and bias as layers start with. */
export function startingWeights(
  shape: readonly number[],
  outChannels: number,
  options: WeightOptions,
): { weight: Parameter; bias: Parameter | undefined } {
  const random = randomOptions(options);
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const weight = options.init?.(shape, random) ?? defaultUniform(shape, fanIn, random);
  return {
    weight: new Parameter(weight),
    bias:
      options.bias === false
        ? undefined
        : new Parameter(defaultUniform([outChannels], fanIn, random)),
  };
}

/** @throws {ArgumentError} for counts that cannot be. */
export function checkLayerChannels(
  op: string,
  inChannels: number,
  outChannels: number,
  groups: number,
): void {
  checkCount(op, "inChannels", inChannels);
  checkCount(op, "outChannels", outChannels);
  checkCount(op, "groups", groups);
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    throw new ArgumentError(
      op,
      `both channel counts must be multiples of groups: received inChannels ${inChannels}, outChannels ${outChannels}, groups ${groups}.`,
      { expected: groups, received: [inChannels, outChannels] },
    );
}
