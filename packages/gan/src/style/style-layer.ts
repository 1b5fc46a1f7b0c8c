import { Module, Parameter } from "@dl/nn";
import { zeros, type RandomOptions, type Tensor } from "@dl/tensor";
import type { Taps } from "./fold-filter.ts";
import { leaky } from "./leaky.ts";
import { ModulatedConv2d } from "./modulated-conv2d.ts";

/** A modulated 3x3 convolution, then noise as strong as is learnt, from 0 on, a bias and the activation. */
export class StyleLayer extends Module {
  readonly convolution: ModulatedConv2d;
  readonly noiseStrength: Parameter;
  readonly bias: Parameter;

  constructor(
    inChannels: number,
    outChannels: number,
    width: number,
    enlarge: Taps | undefined,
    random: RandomOptions,
  ) {
    super();
    const { generator: _unused, ...creation } = random;
    this.convolution = new ModulatedConv2d(inChannels, outChannels, 3, width, {
      ...(enlarge && { enlarge }),
      ...random,
    });
    this.noiseStrength = new Parameter(zeros([], creation));
    this.bias = new Parameter(zeros([outChannels, 1, 1], creation));
  }

  forward(inputs: Tensor, style: Tensor, noise: Tensor): Tensor {
    const outputs = this.convolution.forward(inputs, style);
    return leaky(outputs.add(noise.mul(this.noiseStrength)).add(this.bias));
  }
}

/**
 * Of the weights that make colours, at the start. With 1 the sum over resolutions is some five times as
 * strong as data from −1 to 1, and an optimiser whose steps are 2e-3 takes a thousand of them to undo that.
 */
const firstColors = 0.1;

/** The colours of a resolution: a modulated 1x1 convolution without demodulation, and a bias. */
export class ToColors extends Module {
  readonly convolution: ModulatedConv2d;
  readonly bias: Parameter;

  constructor(inChannels: number, colors: number, width: number, random: RandomOptions) {
    super();
    const { generator: _unused, ...creation } = random;
    this.convolution = new ModulatedConv2d(inChannels, colors, 1, width, {
      demodulate: false,
      deviation: firstColors,
      ...random,
    });
    this.bias = new Parameter(zeros([colors, 1, 1], creation));
  }

  forward(inputs: Tensor, style: Tensor): Tensor {
    return this.convolution.forward(inputs, style).add(this.bias);
  }
}
