import { avgPool2d, Conv2d, interpolate } from "@dl/conv";
import {
  BatchNorm,
  Module,
  SpectralNorm,
  xavierUniform,
  randomOptions,
  type Layer,
  type WeightOptions,
} from "@dl/nn";
import type { RandomOptions, Tensor } from "@dl/tensor";
import { ConditionalBatchNorm } from "../conditional/conditional-batch-norm.ts";

/** A 3x3 convolution that keeps the side, or a 1x1 one, from Xavier's uniform weights. */
const convolution = (from: number, to: number, size: 1 | 3, random: WeightOptions): Conv2d =>
  new Conv2d(from, to, size, {
    padding: (size - 1) / 2,
    init: xavierUniform,
    ...random,
  });

/** Norms of a generator: told the class, where there are classes. */
export type GeneratorNorm = BatchNorm | ConditionalBatchNorm;

export const normOf = (channels: number, classes: number | undefined): GeneratorNorm =>
  classes === undefined ? new BatchNorm(channels) : new ConditionalBatchNorm(channels, classes);

/** The norm's output, told the class where it asks for one. */
export const normalized = (norm: GeneratorNorm, x: Tensor, classes: Tensor | undefined): Tensor =>
  norm instanceof BatchNorm ? norm.forward(x) : norm.forward(x, classes!);

const doubled = (x: Tensor): Tensor => interpolate(x, { scaleFactor: 2, mode: "nearest" });

/**
 * Doubles the side: norm, ReLU, enlarge, conv, norm, ReLU, conv, beside enlarge, conv 1x1.
 *
 * Source: Miyato et al. 2018, arXiv:1802.05957, figure 8 and table 4.
 */
export class UpBlock extends Module {
  readonly norm1: GeneratorNorm;
  readonly conv1: Conv2d;
  readonly norm2: GeneratorNorm;
  readonly conv2: Conv2d;
  readonly shortcut: Conv2d;

  constructor(width: number, classes: number | undefined, options: RandomOptions) {
    super();
    // Every sum of these goes through a norm in the end, which takes out what is the same everywhere.
    const random = { ...randomOptions(options), bias: false };
    this.norm1 = normOf(width, classes);
    this.conv1 = convolution(width, width, 3, random);
    this.norm2 = normOf(width, classes);
    this.conv2 = convolution(width, width, 3, random);
    this.shortcut = convolution(width, width, 1, random);
  }

  forward(x: Tensor, classes?: Tensor): Tensor {
    const large = this.conv1.forward(doubled(normalized(this.norm1, x, classes).relu()));
    const deep = this.conv2.forward(normalized(this.norm2, large, classes).relu());
    // A 1x1 convolution may as well come first, at a quarter of the cost.
    return deep.add(doubled(this.shortcut.forward(x)));
  }
}

/**
 * A block of the discriminator, every convolution spectrally normalised: ReLU, conv, ReLU, conv, and
 * halving where asked for, beside conv 1x1 and halving. The first block begins without a ReLU.
 *
 * Source: Miyato et al. 2018, arXiv:1802.05957, figure 8 and table 4.
 */
export class DownBlock extends Module {
  readonly conv1: Layer;
  readonly conv2: Layer;
  readonly shortcut: Layer | undefined;
  readonly isFirst: boolean;
  readonly halves: boolean;

  constructor(
    from: number,
    width: number,
    { isFirst, halves }: { readonly isFirst: boolean; readonly halves: boolean },
    options: RandomOptions,
  ) {
    super();
    const { generator } = options;
    const bounded = (to: [from: number, to: number], size: 1 | 3): Layer =>
      new SpectralNorm(convolution(...to, size, randomOptions(options)), {
        ...(generator && { generator }),
      });
    this.conv1 = bounded([from, width], 3);
    this.conv2 = bounded([width, width], 3);
    this.shortcut = halves || from !== width ? bounded([from, width], 1) : undefined;
    this.isFirst = isFirst;
    this.halves = halves;
  }

  forward(x: Tensor): Tensor {
    const halved = (y: Tensor): Tensor => (this.halves ? avgPool2d(y, 2) : y);
    const inner = this.conv1.forward(this.isFirst ? x : x.relu()).relu();
    const deep = halved(this.conv2.forward(inner));
    // Averaging and a 1x1 convolution can change places: halved first it costs a quarter.
    return deep.add(this.shortcut?.forward(halved(x)) ?? x);
  }
}
