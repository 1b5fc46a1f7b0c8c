import { checkCount } from "@dl/backend";
import { Independent, Normal } from "@dl/distributions";
import { zeros } from "@dl/tensor";
import { LatentSampler, type Decoding, type LatentSamplerOptions } from "./latent-sampler.ts";

/**
 * Samples of latents drawn from the standard normal: what a variational autoencoder was trained for, and
 * what a plain one was not.
 *
 * @throws {ArgumentError} unless `latent`, the numbers of a latent, is a whole number of at least 1.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
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
