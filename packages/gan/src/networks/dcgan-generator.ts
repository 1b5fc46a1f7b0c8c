import { checkCount, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { ConvTranspose2d } from "@dl/conv";
import { BatchNorm, Linear, ReLU, Sequential, Tanh, Unflatten, type Layer } from "@dl/nn";
import { dcganWeights, resizing, startScales } from "./dcgan-start.ts";
import { creationOf, pictureKinds, pictureSizes, type PictureSizes } from "./picture-sizes.ts";

/** Sizes of a generator of pictures. */
export interface PictureGeneratorOptions extends PictureSizes {
  /** Numbers of a latent. Default 64. */
  readonly latent?: number;
}

export const pictureGeneratorKinds: OptionKinds<PictureGeneratorOptions> =
  /* @__PURE__ */ extendKinds<PictureSizes, PictureGeneratorOptions>(pictureKinds, {
    latent: "number",
  });

/**
 * From latents to pictures of −1 to 1: a linear layer to a quarter of the side (28 pixels), an eighth
 * (32) or a sixteenth (64), then transposed convolutions 4x4 that double it and halve the channels.
 *
 * latent - side², BN, ReLU, - ... - width, BN, ReLU, - channels, tanh. Weights start from N(0, 0.02²),
 * scales of batch norms from N(1, 0.02²).
 *
 * Shape: [batch, latent] → [batch, channels, size, size].
 * Source: Radford et al. 2016, arXiv:1511.06434, figure 1.
 * @throws {ArgumentError} for sizes that cannot be.
 * @example
 * dcganGenerator({ size: 28, latent: 8 }).forward(zeros([2, 8])).shape; // => [2, 1, 28, 28]
 */
export function dcganGenerator(options: PictureGeneratorOptions = {}): Sequential {
  const op = "dcganGenerator";
  const { latent = 64 } = checkOptions(op, options, pictureGeneratorKinds);
  checkCount(op, "latent", latent);
  const { channels, width, side, halvings } = pictureSizes(op, options);
  const creation = creationOf(options);
  // A batch norm has a bias of its own.
  const weights = { ...dcganWeights(options), bias: false };
  const normalized = (count: number): Layer[] => [new BatchNorm(count, creation), new ReLU()];
  let from = width * 2 ** (halvings - 1);
  const layers: Layer[] = [
    new Linear(latent, from * side ** 2, weights),
    new Unflatten(1, [from, side, side]),
    ...normalized(from),
  ];
  for (let i = 1; i < halvings; i++, from /= 2)
    layers.push(
      new ConvTranspose2d(from, from / 2, 4, { ...resizing, ...weights }),
      ...normalized(from / 2),
    );
  const last = new ConvTranspose2d(from, channels, 4, { ...resizing, ...dcganWeights(options) });
  return startScales(new Sequential(...layers, last, new Tanh()), options);
}
