import { ArgumentError, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import type { Module } from "@dl/nn";
import { randomKinds, type Tensor } from "@dl/tensor";
import {
  checkCounts,
  pictureDefaults,
  pictureKinds,
  type Complete,
  type PictureNetworkOptions,
} from "./picture-layers.ts";

/** Sizes of a `unetGenerator`. */
export interface UnetGeneratorOptions extends PictureNetworkOptions {
  /** Channels of the pictures that come out. Default 3. */
  readonly outChannels?: number;
  /** Halvings on the way down, at least 2. Default 8: from 256 pixels to one; 4 or 5 do for 32. */
  readonly depth?: number;
  /** Chance of each number of the inner layers to be dropped, in evaluation too; 0 for none. Default 0.5. */
  readonly dropout?: number;
  /** Channels of noise that are put beside the input. Default 0. */
  readonly noiseChannels?: number;
}

/** What `unetGenerator` makes; noise is drawn unless given. */
export interface UnetGenerator extends Module {
  forward(inputs: Tensor, noise?: Tensor): Tensor;
}

const unetKinds: OptionKinds<UnetGeneratorOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  ...pictureKinds,
  outChannels: "number",
  depth: "number",
  dropout: "number",
  noiseChannels: "number",
});

/** The options with what stands for those left out. @throws {ArgumentError} for sizes that cannot be. */
export function unetOptions(options: UnetGeneratorOptions): Complete<UnetGeneratorOptions> {
  const given = checkOptions("unetGenerator", options, unetKinds);
  const all = { ...pictureDefaults, depth: 8, dropout: 0.5, noiseChannels: 0, ...given };
  const { inChannels, outChannels, width, depth, dropout, noiseChannels } = all;
  checkCounts("unetGenerator", { inChannels, outChannels, width, depth });
  const isNoise = Number.isInteger(noiseChannels) && noiseChannels >= 0;
  if (depth >= 2 && dropout >= 0 && dropout < 1 && isNoise) return all;
  throw new ArgumentError(
    "unetGenerator",
    `depth must be at least 2, dropout in [0, 1) and noiseChannels a whole number of at least 0: received ${depth}, ${dropout}, ${noiseChannels}.`,
    { received: { depth, dropout, noiseChannels } },
  );
}
