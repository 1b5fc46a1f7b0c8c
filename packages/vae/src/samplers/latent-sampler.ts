import { checkCount, checkOptions, wrongType } from "@dl/backend";
import { Distribution, sampleKinds, type SampleOptions } from "@dl/distributions";
import type { GenerativeModel } from "@dl/generator";
import { type Tensor } from "@dl/tensor";
import { evaluating } from "../evaluating.ts";

/** What makes samples of latents: the decoder of an autoencoder, or one that gives distributions. */
export interface Decoding {
  /** What is made of latents, or distributions of it. */
  decode(latents: Tensor): Tensor | Distribution;
}

/** What is shown of a decoder that gives distributions. */
export interface LatentSamplerOptions {
  /** `"mean"` of the distribution, or a `"draw"` from it with the likelihood's noise. Default `"mean"`. */
  readonly show?: "mean" | "draw";
}

/**
 * Latents drawn from a distribution of them, decoded: what makes a generator of an autoencoder. Which
 * distribution is the choice between the prior, a normal or a mixture fitted to latents of data, and
 * a second model.
 *
 * @throws {ArgumentError} unless the latents can be drawn and the model can decode.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * const latents = new Independent(new Normal(zeros([2]), 1), 1);
 * new LatentSampler(autoencoder, latents).sample(5).shape; // => [5, 4]
 */
export class LatentSampler implements GenerativeModel {
  readonly model: Decoding;
  readonly latents: Distribution | GenerativeModel;
  private readonly show: "mean" | "draw";

  constructor(
    model: Decoding,
    latents: Distribution | GenerativeModel,
    options: LatentSamplerOptions = {},
  ) {
    const { show = "mean" } = checkOptions("latentSampler", options, { show: '"mean"|"draw"' });
    if (typeof (model as Partial<Decoding> | null)?.decode !== "function")
      throw wrongType("latentSampler", "the model must have decode(latents)", model, "Pass one.");
    if (typeof (latents as Partial<GenerativeModel> | null)?.sample !== "function")
      throw wrongType(
        "latentSampler",
        "the latents must be a distribution or a model that samples",
        latents,
        "Pass e.g. new Independent(new Normal(zeros([2]), 1), 1).",
      );
    this.model = model;
    this.latents = latents;
    this.show = show;
  }

  sample(count: number, options: SampleOptions = {}): Tensor {
    checkCount("latentSampler", "count", count);
    checkOptions("latentSampler", options, sampleKinds);
    const { latents, model, show } = this;
    return evaluating("latentSampler", [model], () => {
      const drawn =
        latents instanceof Distribution
          ? latents.sample([count], options)
          : latents.sample(count, options);
      const made = model.decode(drawn);
      if (!(made instanceof Distribution)) return made;
      return show === "mean" ? made.mean : made.sample([], options);
    });
  }
}
