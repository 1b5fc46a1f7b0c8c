import { checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { Module, Parameter } from "@dl/nn";
import { normal, randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import { checkConvolution } from "./equalized-conv2d.ts";
import { EqualizedLinear } from "./equalized-linear.ts";
import { checkTaps } from "./fold-filter.ts";
import { modulatedConv2d, modulationKinds, type ModulationOptions } from "./modulate.ts";

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
