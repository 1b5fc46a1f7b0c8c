import { checkCount, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { Module, Parameter } from "@dl/nn";
import { normal, randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import { checkChannels, checkLayers } from "./check-layers.ts";
import { enlargePicture } from "./enlarge-picture.ts";
import { checkTaps, nearestTaps, type Taps } from "./fold-filter.ts";
import { StyleLayer, ToColors } from "./style-layer.ts";

/** Sizes of a synthesis network. */
export interface SynthesisOptions extends RandomOptions {
  /** Channels at 4x4, 8x8 and so on; as many blocks. Default 512, 512, 512, 512: pictures of 32x32. */
  readonly channels?: readonly number[];
  /** Numbers in a style. Default 512. */
  readonly width?: number;
  /** Channels of a picture. Default 3. */
  readonly colors?: number;
  /** Filter that enlarges: the nearest pixel unless said; the paper's taps are 1, 3, 3, 1. */
  readonly taps?: Taps;
}

export const synthesisKinds: OptionKinds<SynthesisOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  {
    channels: "list",
    width: "number",
    colors: "number",
    taps: "list",
  },
);

/**
 * From styles, one for each layer, to pictures: a learnt 4x4 start, a block for each resolution, each
 * twice as large as the one before; every block adds its colours to the picture so far.
 *
 * Layers are counted from 0, coarse to fine: one at 4x4, two at each further resolution, and the colours
 * of the finest; those of the others have the style of the layer that follows. Pictures have no
 * activation: of data from −1 to 1 they mostly lie there.
 *
 * Shape: styles [batch, layers, width], noise as {@link SynthesisNetwork.drawNoise} gives it →
 * [batch, colors, size, size].
 * Source: Karras et al. 2020, arXiv:1912.04958, figures 2 and 7b (skip outputs).
 *
 * @throws {ArgumentError} unless all sizes are whole numbers of at least 1.
 * @example
 * const synthesis = new SynthesisNetwork({ channels: [8, 4], width: 16 });
 * synthesis.layers; // => 4
 * synthesis.forward(zeros([2, 4, 16])).shape; // => [2, 3, 8, 8]
 */
export class SynthesisNetwork extends Module {
  readonly start: Parameter;
  readonly blocks: readonly StyleLayer[];
  readonly colors: readonly ToColors[];
  readonly width: number;
  /** Layers that have a style. */
  readonly layers: number;
  readonly taps: Taps;

  constructor(options: SynthesisOptions = {}) {
    super();
    const op = "synthesisNetwork";
    const {
      channels = [512, 512, 512, 512],
      width = 512,
      colors = 3,
      taps = nearestTaps,
      ...random
    } = checkOptions(op, options, synthesisKinds);
    checkChannels(op, channels);
    checkCount(op, "width", width);
    checkCount(op, "colors", colors);
    checkTaps(op, taps);
    const layer = (from: number, to: number, enlarge?: Taps): StyleLayer =>
      new StyleLayer(from, to, width, enlarge, random);
    this.start = new Parameter(normal([1, channels[0]!, 4, 4], random));
    this.blocks = channels.flatMap((to, i) =>
      i === 0 ? [layer(to, to)] : [layer(channels[i - 1]!, to, taps), layer(to, to)],
    );
    this.colors = channels.map((from) => new ToColors(from, colors, width, random));
    this.width = width;
    this.layers = 2 * channels.length;
    this.taps = taps;
  }

  /** Noise for all layers, from coarse to fine, each [count, 1, height, width]. */
  drawNoise(count: number, options: RandomOptions = {}): readonly Tensor[] {
    checkCount("synthesisNetwork", "count", count);
    checkOptions("synthesisNetwork", options, randomKinds);
    const { dtype, backend } = this.start;
    return this.blocks.map((_, i) => {
      const size = 4 * 2 ** Math.ceil(i / 2);
      return normal([count, 1, size, size], { dtype, backend, ...options });
    });
  }

  forward(styles: Tensor, noise: readonly Tensor[] = this.drawNoise(styles.shape[0]!)): Tensor {
    checkLayers(this, styles, noise);
    const style = styles.unbind(1);
    let x = this.start.expand([styles.shape[0]!, ...this.start.shape.slice(1)]);
    let picture: Tensor | undefined;
    this.blocks.forEach((layer, i) => {
      x = layer.forward(x, style[i]!, noise[i]!);
      if (i % 2 === 1) return;
      const colors = this.colors[i / 2]!.forward(x, style[i + 1]!);
      picture = picture === undefined ? colors : enlargePicture(picture, this.taps).add(colors);
    });
    return picture!;
  }
}
