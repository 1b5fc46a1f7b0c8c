import { checkOptions, extendKinds, refuseOptions, type OptionKinds } from "@dl/backend";
import { Module, weightKinds, type Parameter, type WeightOptions } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import {
  conv3d,
  conv3dKinds,
  convTranspose3d,
  convTranspose3dKinds,
  type Conv3dOptions,
  type ConvTranspose3dOptions,
} from "./conv3d.ts";
import { checkLayerChannels, startingWeights } from "./convolution-layers.ts";
import {
  avgPool3d,
  avgPool3dKinds,
  maxPool3d,
  maxPool3dKinds,
  type AvgPool3dOptions,
  type MaxPool3dOptions,
} from "./pooling3d.ts";
import { tripleOf, type Triple } from "./volume.ts";

const conv3dLayerKinds: OptionKinds<Conv3dOptions & WeightOptions> = /* @__PURE__ */ extendKinds<
  Conv3dOptions,
  Conv3dOptions & WeightOptions
>(conv3dKinds, weightKinds);

/**
 * A convolution layer for volumes: {@link conv3d} with a weight and bias of its own.
 *
 * Starts uniform in ±1 / √(inChannels / groups · cells of the kernel), as in PyTorch.
 *
 * Shape: [batch, inChannels, depth, height, width] → [batch, outChannels, …]; weight
 * [outChannels, inChannels / groups, kernelDepth, kernelHeight, kernelWidth].
 *
 * @throws {ArgumentError} for sizes or options out of their range.
 * @example
 * new Conv3d(1, 4, 3, { padding: 1 }).forward(zeros([2, 1, 5, 6, 7])).shape; // => [2, 4, 5, 6, 7]
 */
export class Conv3d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly options: Conv3dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    options: Conv3dOptions & WeightOptions = {},
  ) {
    super();
    const {
      groups = 1,
      stride = 1,
      padding = 0,
      dilation = 1,
    } = checkOptions("conv3d", options, conv3dLayerKinds);
    checkLayerChannels("conv3d", inChannels, outChannels, groups);
    const kernel = tripleOf("conv3d", "kernelSize", kernelSize, 1);
    const shape = [outChannels, inChannels / groups, ...kernel];
    const { weight, bias } = startingWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.options = { groups, stride, padding, dilation };
  }

  forward(inputs: Tensor): Tensor {
    return conv3d(inputs, this.weight, this.bias, this.options);
  }
}

const convTranspose3dLayerKinds: OptionKinds<ConvTranspose3dOptions & WeightOptions> =
  /* @__PURE__ */ extendKinds<ConvTranspose3dOptions, ConvTranspose3dOptions & WeightOptions>(
    convTranspose3dKinds,
    weightKinds,
  );

/**
 * A transposed convolution layer for volumes: {@link convTranspose3d} with a weight and bias of its
 * own.
 *
 * Starts uniform in ±1 / √(outChannels / groups · cells of the kernel), as in PyTorch.
 *
 * Shape: [batch, inChannels, depth, height, width] → [batch, outChannels, …]; weight
 * [inChannels, outChannels / groups, kernelDepth, kernelHeight, kernelWidth].
 *
 * @throws {ArgumentError} for sizes or options out of their range.
 * @example
 * const enlarge = new ConvTranspose3d(4, 1, 4, { stride: 2, padding: 1 });
 * enlarge.forward(zeros([2, 4, 3, 3, 3])).shape; // => [2, 1, 6, 6, 6]
 */
export class ConvTranspose3d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly options: ConvTranspose3dOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    options: ConvTranspose3dOptions & WeightOptions = {},
  ) {
    super();
    const {
      groups = 1,
      stride = 1,
      padding = 0,
      dilation = 1,
      outputPadding = 0,
    } = checkOptions("convTranspose3d", options, convTranspose3dLayerKinds);
    checkLayerChannels("convTranspose3d", inChannels, outChannels, groups);
    const kernel = tripleOf("convTranspose3d", "kernelSize", kernelSize, 1);
    const shape = [inChannels, outChannels / groups, ...kernel];
    const { weight, bias } = startingWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.options = { groups, stride, padding, dilation, outputPadding };
  }

  forward(inputs: Tensor): Tensor {
    return convTranspose3d(inputs, this.weight, this.bias, this.options);
  }
}

/**
 * {@link maxPool3d} as a layer.
 *
 * @example
 * new MaxPool3d(2).forward(zeros([2, 4, 8, 8, 8])).shape; // => [2, 4, 4, 4, 4]
 */
export class MaxPool3d extends Module {
  readonly kernelSize: Triple;
  readonly options: MaxPool3dOptions;

  constructor(kernelSize: Triple, options: MaxPool3dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("maxPool3d", kernelSize, "kernelSize");
    this.options = checkOptions("maxPool3d", options, maxPool3dKinds);
  }

  forward(inputs: Tensor): Tensor {
    return maxPool3d(inputs, this.kernelSize, this.options);
  }
}

/**
 * {@link avgPool3d} as a layer.
 *
 * @example
 * new AvgPool3d(2).forward(zeros([2, 4, 8, 8, 8])).shape; // => [2, 4, 4, 4, 4]
 */
export class AvgPool3d extends Module {
  readonly kernelSize: Triple;
  readonly options: AvgPool3dOptions;

  constructor(kernelSize: Triple, options: AvgPool3dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    refuseOptions("avgPool3d", kernelSize, "kernelSize");
    this.options = checkOptions("avgPool3d", options, avgPool3dKinds);
  }

  forward(inputs: Tensor): Tensor {
    return avgPool3d(inputs, this.kernelSize, this.options);
  }
}
