import { checkCount, checkOptions, checkWhole, extendKinds, type OptionKinds } from "@dl/backend";
import { Module } from "@dl/nn";
import { randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import { MinibatchDeviation } from "../stabilizers/minibatch-deviation.ts";
import { checkChannels } from "./check-layers.ts";
import { EqualizedConv2d } from "./equalized-conv2d.ts";
import { EqualizedLinear } from "./equalized-linear.ts";
import { checkTaps, nearestTaps, type Taps } from "./fold-filter.ts";
import { leaky } from "./leaky.ts";

/** Sizes of a discriminator with residual blocks. */
export interface StyleDiscriminatorOptions extends RandomOptions {
  /** Channels at 4x4, 8x8 and so on, as the generator has them. Default 512, 512, 512, 512. */
  readonly channels?: readonly number[];
  /** Channels of a picture. Default 3. */
  readonly colors?: number;
  /** Filter that halves: the mean of two by two unless said; the paper's taps are 1, 3, 3, 1. */
  readonly taps?: Taps;
  /**
   * Convolutions in a block: 2 of 3x3, the second with a filter, or 1 of 4x4 with a stride of 2, which is
   * quicker; a filter before the only one would hide the finest detail from it. Default 2.
   */
  readonly depth?: number;
  /** Pictures whose spread is told together. Default 4. */
  readonly groupSize?: number;
}

const discriminatorKinds: OptionKinds<StyleDiscriminatorOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  { channels: "list", colors: "number", taps: "list", depth: "number", groupSize: "number" },
);

/**
 * The residual discriminator of StyleGAN 2: a block for each resolution, each half as large as the one
 * before, then how much the pictures of a group differ, a convolution and two fully connected layers.
 *
 * Shape: [batch, colors, size, size] → logits [batch, 1].
 * Source: Karras et al. 2020, arXiv:1912.04958, figure 7c.
 *
 * @throws {ArgumentError} unless all sizes are whole numbers of at least 1.
 * @example
 * new StyleDiscriminator({ channels: [8, 4] }).forward(zeros([4, 3, 8, 8])).shape; // => [4, 1]
 */
export class StyleDiscriminator extends Module {
  readonly fromColors: EqualizedConv2d;
  readonly blocks: readonly ResidualBlock[];
  readonly deviation: MinibatchDeviation;
  readonly convolution: EqualizedConv2d;
  readonly hidden: EqualizedLinear;
  readonly output: EqualizedLinear;

  constructor(options: StyleDiscriminatorOptions = {}) {
    super();
    const op = "styleDiscriminator";
    const {
      channels = [512, 512, 512, 512],
      colors = 3,
      taps = nearestTaps,
      depth = 2,
      groupSize = 4,
      ...random
    } = checkOptions(op, options, discriminatorKinds);
    checkChannels(op, channels);
    checkCount(op, "colors", colors);
    checkWhole(op, "depth", depth, 1, 2, " from 1 to 2");
    checkTaps(op, taps);
    const coarse = channels[0]!;
    const sizes = channels.toReversed();
    this.fromColors = new EqualizedConv2d(colors, sizes[0]!, 1, random);
    this.blocks = sizes
      .slice(1)
      .map((to, i) => new ResidualBlock(sizes[i]!, to, depth, taps, random));
    this.deviation = new MinibatchDeviation({ groupSize });
    this.convolution = new EqualizedConv2d(coarse + 1, coarse, 3, random);
    this.hidden = new EqualizedLinear(16 * coarse, coarse, random);
    this.output = new EqualizedLinear(coarse, 1, random);
  }

  forward(pictures: Tensor): Tensor {
    const start = leaky(this.fromColors.forward(pictures));
    const seen = this.blocks.reduce((x, block) => block.forward(x), start); // [batch, channels, 4, 4]
    const x = leaky(this.convolution.forward(this.deviation.forward(seen)));
    return this.output.forward(leaky(this.hidden.forward(x.flatten(1))));
  }
}

/** (f(x) + g(x)) / √2, half as large: f convolutions, g one of 1x1 without bias. */
class ResidualBlock extends Module {
  readonly convolutions: readonly EqualizedConv2d[];
  readonly skip: EqualizedConv2d;

  constructor(from: number, to: number, depth: number, taps: Taps, random: RandomOptions) {
    super();
    const halving = { stride: 2, taps, ...random };
    this.convolutions =
      depth === 1
        ? [new EqualizedConv2d(from, to, 4, { stride: 2, ...random })]
        : [new EqualizedConv2d(from, from, 3, random), new EqualizedConv2d(from, to, 3, halving)];
    this.skip = new EqualizedConv2d(from, to, 1, { bias: false, ...halving });
  }

  forward(inputs: Tensor): Tensor {
    const x = this.convolutions.reduce((y, layer) => leaky(layer.forward(y)), inputs);
    return x.add(this.skip.forward(inputs)).mul(Math.SQRT1_2);
  }
}
