import { extendKinds, type OptionKinds } from "@dl/backend";
import { generatorKind, type Generator, type Tensor } from "@dl/tensor";
import { synthesisKinds, type SynthesisOptions } from "./synthesis-network.ts";

/** Sizes of a generator with styles. */
export interface StyleGeneratorOptions extends SynthesisOptions {
  /** Numbers in a latent. As many as in a style unless said. */
  readonly latent?: number;
  /** Layers of the mapping network. Default 8. */
  readonly mappingLayers?: number;
}

/** How styles are made of latents. */
export interface StyleOptions {
  /** ψ: what is left of a style's distance from the mean one. Default 1. */
  readonly truncation?: number;
  /** Layers from this one on keep their style whole. None unless said. */
  readonly cutoff?: number;
}

/** How samples are made. */
export interface StyleSampleOptions extends StyleOptions {
  /** Drawn afresh unless given. */
  readonly noise?: readonly Tensor[];
  /** Where latents and noise are drawn from; the default generator unless said. */
  readonly generator?: Generator;
}

export const styleKinds: OptionKinds<StyleOptions> = { truncation: "number", cutoff: "number" };
export const styleSampleKinds: OptionKinds<StyleSampleOptions> = /* @__PURE__ */ extendKinds(
  styleKinds,
  {
    noise: "list",
    generator: generatorKind,
  },
);
export const styleGeneratorKinds: OptionKinds<StyleGeneratorOptions> = /* @__PURE__ */ extendKinds<
  SynthesisOptions,
  StyleGeneratorOptions
>(synthesisKinds, {
  latent: "number",
  mappingLayers: "number",
});
