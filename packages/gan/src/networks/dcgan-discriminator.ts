import { checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { Conv2d } from "@dl/conv";
import {
  BatchNorm,
  Flatten,
  LeakyReLU,
  Linear,
  Sequential,
  SpectralNorm,
  type Layer,
} from "@dl/nn";
import { dcganWeights, resizing, startScales } from "./dcgan-start.ts";
import { creationOf, pictureKinds, pictureSizes, type PictureSizes } from "./picture-sizes.ts";

/** Sizes of a {@link dcganDiscriminator}, and what keeps it in bounds. */
export interface DcganDiscriminatorOptions extends PictureSizes {
  /** Default "batch", as in the paper; "spectral" of every layer; "none" under a penalty on slopes. */
  readonly normalization?: "batch" | "spectral" | "none";
}

const kinds: OptionKinds<DcganDiscriminatorOptions> = /* @__PURE__ */ extendKinds<
  PictureSizes,
  DcganDiscriminatorOptions
>(pictureKinds, { normalization: '"batch"|"spectral"|"none"' });

/**
 * From pictures to one logit each: convolutions 4x4 that halve the side and double the channels, then a
 * linear layer.
 *
 * channels - width, LeakyReLU 0.2, - 2 width, normalisation, LeakyReLU 0.2, - ... - 1; no batch norm
 * follows the first convolution. Weights start as those of {@link dcganGenerator}.
 *
 * Shape: [batch, channels, size, size] → [batch, 1].
 * Source: Radford et al. 2016, arXiv:1511.06434, section 3; Miyato et al. 2018, arXiv:1802.05957.
 * @throws {ArgumentError} for sizes that cannot be.
 * @example
 * dcganDiscriminator({ size: 28 }).forward(zeros([2, 1, 28, 28])).shape; // => [2, 1]
 */
export function dcganDiscriminator(options: DcganDiscriminatorOptions = {}): Sequential {
  const op = "dcganDiscriminator";
  const { normalization = "batch" } = checkOptions(op, options, kinds);
  const { channels, width, side, halvings } = pictureSizes(op, options);
  const weights = dcganWeights(options);
  const { generator } = options;
  const bounded = <L extends Conv2d | Linear>(layer: L): L | SpectralNorm =>
    normalization === "spectral"
      ? new SpectralNorm(layer, { ...(generator && { generator }) })
      : layer;
  const layers: Layer[] = [];
  for (let i = 0, from = channels; i < halvings; i++) {
    const to = width * 2 ** i;
    layers.push(bounded(new Conv2d(from, to, 4, { ...resizing, ...weights })));
    if (normalization === "batch" && i > 0) layers.push(new BatchNorm(to, creationOf(options)));
    layers.push(new LeakyReLU(0.2));
    from = to;
  }
  const last = new Linear(width * 2 ** (halvings - 1) * side ** 2, 1, weights);
  return startScales(new Sequential(...layers, new Flatten(), bounded(last)), options);
}
