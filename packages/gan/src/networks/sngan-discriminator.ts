import { checkOptions } from "@dl/backend";
import { Linear, Module, ModuleList, randomOptions, Sequential, SpectralNorm } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { pictureKinds, pictureSizes, type PictureSizes } from "./picture-sizes.ts";
import { DownBlock } from "./sngan-blocks.ts";

/**
 * From pictures to `width` features each: residual blocks with spectral norm, of which the first two (64
 * pixels: three) halve the side, ReLU, the sum over all places. The last two keep it.
 *
 * Shape: [batch, channels, size, size] → [batch, width].
 * Source: Miyato et al. 2018, arXiv:1802.05957, table 4.
 * @throws {ArgumentError} for sizes that cannot be.
 * @example
 * new SnganFeatures({ size: 28, width: 4 }).forward(zeros([2, 1, 28, 28])).shape; // => [2, 4]
 */
export class SnganFeatures extends Module {
  readonly blocks: ModuleList<DownBlock>;

  constructor(options: PictureSizes = {}) {
    super();
    const op = "snganFeatures";
    const { size, channels, width } = pictureSizes(op, checkOptions(op, options, pictureKinds));
    const halving = size === 64 ? 3 : 2;
    this.blocks = new ModuleList(
      Array.from({ length: halving + 2 }, (_, i) => {
        const place = { isFirst: i === 0, halves: i < halving };
        return new DownBlock(i === 0 ? channels : width, width, place, randomOptions(options));
      }),
    );
  }

  forward(pictures: Tensor): Tensor {
    let x = pictures;
    for (const block of this.blocks) x = block.forward(x);
    return x.relu().sum([2, 3]);
  }
}

/**
 * From pictures to one score each: {@link SnganFeatures} and a linear layer. Told the class it is
 * `new ProjectionDiscriminator(new SnganFeatures({ width }), width, classes)`.
 *
 * Shape: [batch, channels, size, size] → [batch, 1].
 * Source: Miyato et al. 2018, arXiv:1802.05957, table 4.
 * @throws {ArgumentError} for sizes that cannot be.
 * @example
 * snganDiscriminator({ size: 28, width: 4 }).forward(zeros([2, 1, 28, 28])).shape; // => [2, 1]
 */
export function snganDiscriminator(options: PictureSizes = {}): Sequential {
  const op = "snganDiscriminator";
  const { width } = pictureSizes(op, checkOptions(op, options, pictureKinds));
  const { generator } = options;
  const output = new Linear(width, 1, randomOptions(options));
  return new Sequential(
    new SnganFeatures(options),
    new SpectralNorm(output, { ...(generator && { generator }) }),
  );
}
