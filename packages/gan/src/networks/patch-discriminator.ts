import { checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { Conv2d } from "@dl/conv";
import { LeakyReLU, randomOptions, Sequential } from "@dl/nn";
import { randomKinds } from "@dl/tensor";
import {
  checkCounts,
  pictureDefaults,
  pictureKinds,
  type PictureNetworkOptions,
} from "./picture-layers.ts";

/** Sizes of a {@link patchDiscriminator}. */
export interface PatchDiscriminatorOptions extends PictureNetworkOptions {
  /** Channels of what is judged: of a picture, or of an input and its output together. Default 3. */
  readonly inChannels?: number;
  /** Halvings. Default 3, which sees patches of 70x70; 2 see 34x34, 1 sees 16x16. */
  readonly layers?: number;
}

const patchKinds: OptionKinds<PatchDiscriminatorOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  {
    ...pictureKinds,
    layers: "number",
  },
);

/**
 * Judges every patch of a picture by itself, by convolutions alone: what is real in the small.
 *
 * Convolutions 4x4: stride 2 to width, 2 width, 4 width, ... (never above 8 width), stride 1 to twice as
 * many, stride 1 to a score; leaky ReLU 0.2 between, normalised all but the first and the last.
 *
 * Shape: [batch, inChannels, height, width] → [batch, 1, height / 2^layers − 2, width / 2^layers − 2].
 * Source: Isola et al. 2017, arXiv:1611.07004, sections 3.2.2 and 6.1.2.
 * @throws {ArgumentError} for sizes that are no whole numbers of at least 1.
 * @example
 * const discriminator = patchDiscriminator({ inChannels: 6, width: 8, layers: 2 });
 * discriminator.forward(zeros([2, 6, 32, 32])).shape; // => [2, 1, 6, 6]
 */
export function patchDiscriminator(options: PatchDiscriminatorOptions = {}): Sequential {
  const given = checkOptions("patchDiscriminator", options, patchKinds);
  const { inChannels, width, layers, norm, init } = { ...pictureDefaults, layers: 3, ...given };
  checkCounts("patchDiscriminator", { inChannels, width, layers });
  const start = { padding: 1, ...randomOptions(options), init };
  const channels = (i: number): number => width * 2 ** Math.min(i, 3);
  const block = (i: number, stride: number): Sequential =>
    new Sequential(
      new Conv2d(channels(i - 1), channels(i), 4, { ...start, stride, bias: false }),
      norm(channels(i)),
      new LeakyReLU(0.2),
    );
  return new Sequential(
    new Conv2d(inChannels, width, 4, { ...start, stride: 2 }),
    new LeakyReLU(0.2),
    ...Array.from({ length: layers - 1 }, (_, i) => block(i + 1, 2)),
    block(layers, 1),
    new Conv2d(channels(layers), 1, 4, start),
  );
}
