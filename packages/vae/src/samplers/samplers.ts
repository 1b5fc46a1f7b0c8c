import { checkCount, checkOptions, type OptionKinds } from "@dl/backend";
import {
  GaussianMixture,
  gaussianMixtureKinds,
  Independent,
  MultivariateNormal,
  Normal,
  type GaussianMixtureOptions,
} from "@dl/distributions";
import { checkTensor, zeros, type Tensor } from "@dl/tensor";
import { LatentSampler, type Decoding, type LatentSamplerOptions } from "./latent-sampler.ts";

/**
 * Latents drawn from the standard normal, decoded: what a variational autoencoder was trained for, and
 * what a plain one was not.
 *
 * @throws {ArgumentError} unless `latent`, the numbers of a latent, is a whole number of at least 1.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2, likelihood: new FixedNormalHead() });
 * priorSampler(vae, 2).sample(5).shape; // => [5, 4]
 */
export function priorSampler(
  model: Decoding,
  latent: number,
  options: LatentSamplerOptions = {},
): LatentSampler {
  checkCount("priorSampler", "latent", latent);
  return new LatentSampler(model, new Independent(new Normal(zeros([latent]), 1), 1), options);
}

/** Of {@link normalSampler}. */
export interface NormalSamplerOptions extends LatentSamplerOptions {
  /** Added to the covariance's diagonal. Default 0. */
  readonly ridge?: number;
}

/**
 * Latents drawn from a normal of full covariance that is fitted to latents of data, decoded: the
 * plainest way from an autoencoder to a generator.
 *
 * Shape: latents [count, latent], as {@link latentsOf} gives them.
 * @throws {ArgumentError} if the latents' covariance is singular, without a ridge.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * const latents = await latentsOf(autoencoder, { data: [inputs] });
 * normalSampler(autoencoder, latents).sample(5).shape; // => [5, 4]
 */
export function normalSampler(
  model: Decoding,
  latents: Tensor,
  options: NormalSamplerOptions = {},
): LatentSampler {
  checkTensor("normalSampler", latents);
  const { ridge = 0, ...show } = checkOptions("normalSampler", options, {
    show: '"mean"|"draw"',
    ridge: "number",
  });
  return new LatentSampler(model, MultivariateNormal.fit(latents, { ridge }), show);
}

/** Of {@link mixtureSampler}: how the mixture is fitted, and what is shown. */
export interface MixtureSamplerOptions
  extends LatentSamplerOptions, Omit<GaussianMixtureOptions, "components"> {
  /** How many normals. Default 10. */
  readonly components?: number;
}

/**
 * Latents drawn from a mixture of normals fitted to latents of data, decoded: for latents that lie in
 * groups, as those of classes do.
 *
 * Shape: latents [count, latent], as {@link latentsOf} gives them.
 * @throws {ArgumentError} for more components than latents.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * const latents = await latentsOf(autoencoder, { data: [inputs] });
 * (await mixtureSampler(autoencoder, latents, { components: 2 })).sample(5).shape; // => [5, 4]
 */
export async function mixtureSampler(
  model: Decoding,
  latents: Tensor,
  options: MixtureSamplerOptions = {},
): Promise<LatentSampler> {
  checkTensor("mixtureSampler", latents);
  const {
    show,
    components = 10,
    ...fitting
  } = checkOptions("mixtureSampler", options, mixtureKinds);
  const mixture = await GaussianMixture.fit(latents, { components, ...fitting });
  return new LatentSampler(model, mixture, { ...(show && { show }) });
}

const mixtureKinds: OptionKinds<MixtureSamplerOptions> = {
  ...gaussianMixtureKinds,
  show: '"mean"|"draw"',
};
