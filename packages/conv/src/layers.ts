import {
  checkCount,
  defaultUniform,
  Module,
  Parameter,
  randomOptions,
  type WeightOptions,
} from "@dl/nn";
import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { convTranspose2d, type ConvTranspose2dOptions } from "./conv-transpose2d.ts";
import { conv2d, type Conv2dOptions } from "./conv2d.ts";
import { avgPool2d, maxPool2d, type AvgPool2dOptions, type MaxPool2dOptions } from "./pooling.ts";
import { pairOf, type Pair } from "./window.ts";

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

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    options: Conv2dOptions & WeightOptions = {},
  ) {
    super();
    const { groups = 1, stride = 1, padding = 0, dilation = 1 } = options;
    checkChannels("conv2d", inChannels, outChannels, groups);
    const kernel = pairOf("conv2d", "kernelSize", kernelSize, 1);
    const shape = [outChannels, inChannels / groups, ...kernel];
    const { weight, bias } = startingWeights(shape, outChannels, options);
    this.weight = weight;
    this.bias = bias;
    this.options = { groups, stride, padding, dilation };
  }

  forward(inputs: Tensor): Tensor {
    return conv2d(inputs, this.weight, this.bias, this.options);
  }
}

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
    const { groups = 1, stride = 1, padding = 0, dilation = 1, outputPadding = 0 } = options;
    checkChannels("convTranspose2d", inChannels, outChannels, groups);
    const kernel = pairOf("convTranspose2d", "kernelSize", kernelSize, 1);
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

function startingWeights(
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

function checkChannels(op: string, inChannels: number, outChannels: number, groups: number): void {
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

/** {@link maxPool2d} as a layer. */
export class MaxPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: MaxPool2dOptions;

  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(inputs: Tensor): Tensor {
    return maxPool2d(inputs, this.kernelSize, this.options);
  }
}

/** {@link avgPool2d} as a layer. */
export class AvgPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: AvgPool2dOptions;

  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(inputs: Tensor): Tensor {
    return avgPool2d(inputs, this.kernelSize, this.options);
  }
}
