import {
  checkOptions,
  extendKinds,
  formatShape,
  refuseOptions,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { conv2d, convTranspose2d } from "@dl/conv";
import { Module, Parameter } from "@dl/nn";
import { normal, randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import { checkConvolution } from "./equalized-conv2d.ts";
import { EqualizedLinear } from "./equalized-linear.ts";
import { checkTaps, foldFilter, type Taps } from "./fold-filter.ts";

/** What a modulated convolution does besides. */
export interface ModulationOptions {
  /** Whether the outputs are brought back to unit variance. Default true. */
  readonly demodulate?: boolean;
  /** Taps of the filter by which it makes the picture twice as large. It keeps its size unless said. */
  readonly enlarge?: Taps;
}

const modulationKinds: OptionKinds<ModulationOptions> = {
  demodulate: "boolean",
  enlarge: "list",
};

/**
 * A convolution whose input channels are scaled by a style, each picture by its own; demodulation
 * then scales the outputs so that they would have unit variance if the inputs had.
 *
 * w′ = sᵢ w, w″ = w′ / √(Σ w′² + 1e-8) over input channels and kernel; y = w″ ∗ x. Since every
 * channel is scaled as a whole, y = d · (w ∗ (s x)) with d = 1 / √(s² Σ w² + 1e-8): one convolution
 * with one weight for all pictures. A weight for each picture, by groups, took 1.5 to 1.8 times as long on
 * the CPU, forward and backward (16 pictures; 16 channels of 32x32 6.8 ms for 4.5, 32 of 16x16 6.6 for 3.6).
 *
 * Shape: inputs [batch, in, height, width], weight [out, in, k, k], styles [batch, in] →
 * [batch, out, height, width], or twice as large.
 * Source: Karras et al. 2020, arXiv:1912.04958, section 2.2, equations 1 and 3.
 *
 * @throws {ShapeError} unless there is a style for each picture, a number for each channel.
 * @example
 * const [pictures, styles] = [ones([2, 4, 8, 8]), ones([2, 4])];
 * modulatedConv2d(pictures, ones([6, 4, 3, 3]), styles, { enlarge: [1, 1] }).shape; // => [2, 6, 16, 16]
 */
export function modulatedConv2d(
  inputs: Tensor,
  weight: Tensor,
  styles: Tensor,
  options: ModulationOptions = {},
): Tensor {
  const op = "modulatedConv2d";
  refuseOptions(op, styles, "the styles");
  const { demodulate = true, enlarge } = checkOptions(op, options, modulationKinds);
  const [batch, channels] = inputs.shape as readonly [number, number];
  if (formatShape(styles.shape) !== formatShape([batch, channels]))
    throw new ShapeError(
      op,
      `styles must be [${batch}, ${channels}], a number for each channel of each picture: received ${formatShape(styles.shape)}.`,
      { expected: [batch, channels], received: styles.shape },
    );
  const scaled = inputs.mul(styles.reshape([batch, channels, 1, 1]));
  const products =
    enlarge === undefined
      ? conv2d(scaled, weight, undefined, { padding: (weight.shape[2]! - 1) / 2 })
      : enlarged(scaled, weight, enlarge);
  if (!demodulate) return products;
  const squares = weight.square().sum([2, 3]); // [out, in]
  const demodulation = styles.square().matmul(squares.transpose(0, 1)).add(1e-8).rsqrt();
  return products.mul(demodulation.reshape([batch, weight.shape[0]!, 1, 1]));
}

/** Enlarged, filtered and convolved in one; each pixel's share of zeros is made good by the gain of 2. */
function enlarged(inputs: Tensor, weight: Tensor, taps: Taps): Tensor {
  const kernel = foldFilter(weight.transpose(0, 1), taps, 2, true);
  return convTranspose2d(inputs, kernel, undefined, {
    stride: 2,
    padding: kernel.shape[2]! / 2 - 1,
  });
}

/** What a modulated convolution does besides, and how it starts. */
export interface ModulatedConv2dOptions extends ModulationOptions, RandomOptions {
  /** Standard deviation that the weight starts with. Default 1. */
  readonly deviation?: number;
}

const layerKinds: OptionKinds<ModulatedConv2dOptions> = /* @__PURE__ */ extendKinds<
  ModulationOptions,
  ModulatedConv2dOptions
>(modulationKinds, { ...randomKinds, deviation: "number" });

/**
 * {@link modulatedConv2d} with a weight of its own, and an affine layer that makes the scales of a style.
 *
 * s = A w + b, where b starts at 1. Without demodulation the outputs are divided by kernelSize √in, as
 * an equalised learning rate has it; demodulation takes every constant out again.
 *
 * Shape: inputs [batch, inChannels, height, width], styles [batch, width] → [batch, outChannels, …].
 *
 * @throws {ArgumentError} unless sizes are whole numbers of at least 1, and the kernel's is odd.
 * @example
 * const layer = new ModulatedConv2d(4, 6, 3, 64);
 * layer.forward(ones([2, 4, 8, 8]), zeros([2, 64])).shape; // => [2, 6, 8, 8]
 */
export class ModulatedConv2d extends Module {
  readonly weight: Parameter;
  readonly affine: EqualizedLinear;
  readonly options: ModulationOptions;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    width: number,
    options: ModulatedConv2dOptions = {},
  ) {
    super();
    const op = "modulatedConv2d";
    const {
      demodulate = true,
      enlarge,
      deviation = 1,
      ...random
    } = checkOptions(op, options, layerKinds);
    checkConvolution(op, inChannels, outChannels, kernelSize, 1);
    if (enlarge !== undefined) checkTaps(op, enlarge);
    this.weight = new Parameter(
      normal([outChannels, inChannels, kernelSize, kernelSize], { ...random, std: deviation }),
    );
    this.affine = new EqualizedLinear(width, inChannels, { biasStart: 1, ...random });
    this.options = { demodulate, ...(enlarge && { enlarge }) };
  }

  forward(inputs: Tensor, styles: Tensor): Tensor {
    const { weight, affine, options } = this;
    const outputs = modulatedConv2d(inputs, weight, affine.forward(styles), options);
    if (options.demodulate) return outputs;
    return outputs.mul(1 / Math.sqrt(weight.shape.slice(1).reduce((n, size) => n * size)));
  }
}
