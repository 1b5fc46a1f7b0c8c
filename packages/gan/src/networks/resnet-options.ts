import { ArgumentError, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { randomKinds } from "@dl/tensor";
import {
  checkCounts,
  pictureDefaults,
  pictureKinds,
  type Complete,
  type PictureNetworkOptions,
} from "./picture-layers.ts";

/** Sizes of a `resnetGenerator`. */
export interface ResnetGeneratorOptions extends PictureNetworkOptions {
  /** Channels of the pictures that come out. Default 3. */
  readonly outChannels?: number;
  /** Residual blocks. Default 9, for 256 pixels; 6 for 128. */
  readonly blocks?: number;
  /** How often the sides are halved before the blocks. Default 2. */
  readonly halvings?: number;
  /** Side of the first and the last kernel, odd. Default 7. */
  readonly kernelSize?: number;
}

const resnetKinds: OptionKinds<ResnetGeneratorOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  ...pictureKinds,
  outChannels: "number",
  blocks: "number",
  halvings: "number",
  kernelSize: "number",
});

/** The options with what stands for those left out. @throws {ArgumentError} for sizes that cannot be. */
export function resnetOptions(options: ResnetGeneratorOptions): Complete<ResnetGeneratorOptions> {
  const given = checkOptions("resnetGenerator", options, resnetKinds);
  const all = { ...pictureDefaults, blocks: 9, halvings: 2, kernelSize: 7, ...given };
  const { inChannels, outChannels, width, blocks, halvings, kernelSize } = all;
  checkCounts("resnetGenerator", { inChannels, outChannels, width, blocks, halvings, kernelSize });
  if (kernelSize % 2 === 1) return all;
  throw new ArgumentError(
    "resnetGenerator",
    `kernelSize must be odd, so that the size stays: received ${kernelSize}.`,
    { expected: "odd", received: kernelSize },
  );
}
