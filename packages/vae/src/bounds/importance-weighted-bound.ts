import { checkCount, checkOptions, logarithm, type OptionKinds } from "@dl/backend";
import { checkTensor, generatorKind, type Generator, type Tensor } from "@dl/tensor";
import { encoded, logLikelihoodOf, type LatentModel } from "../latent-model.ts";
import type { Evidence } from "./evidence.ts";

/** How many draws of each latent, from where. */
export interface DrawOptions {
  /** Draws of each latent. */
  readonly samples?: number;
  /** Where they come from; the default generator unless said. */
  readonly generator?: Generator;
}

export const drawKinds: OptionKinds<DrawOptions> = { samples: "number", generator: generatorKind };

/** What several draws say of the samples of a batch. */
export interface ImportanceWeights {
  /** ln p(x, z) - ln q(z | x). Shape: [samples, batch]. */
  readonly logWeights: Tensor;
  /** ln p(x | z). Shape: [samples, batch]. */
  readonly logLikelihoods: Tensor;
}

/** Draws of each latent and their weights. @throws {ShapeError} if model and samples do not fit. */
export function importanceWeights(
  op: string,
  model: LatentModel,
  x: Tensor,
  samples: number,
  draw: Pick<DrawOptions, "generator"> = {},
): ImportanceWeights {
  checkTensor(op, x);
  checkCount(op, "samples", samples);
  const { posterior, prior } = encoded(op, model, x);
  const latents = posterior.rsample([samples], draw); // [samples, batch, ...latent]
  const count = samples * x.shape[0]!;
  const flat = latents.reshape([count, ...posterior.eventShape]);
  const repeated = x.expand([samples, ...x.shape]).reshape([count, ...x.shape.slice(1)]);
  const logLikelihoods = logLikelihoodOf(op, model, flat, repeated).reshape([samples, -1]);
  const divergences = prior.logProb(latents).sub(posterior.logProb(latents));
  return { logWeights: logLikelihoods.add(divergences), logLikelihoods };
}

/**
 * The importance-weighted bound: the more draws of each latent, the nearer to ln p(x).
 *
 * ln p(x) ≥ E ln 1/k Σ p(x, zᵢ) / q(zᵢ | x). With one draw it is the evidence lower bound with the
 * divergence by sampling. All draws go through the decoder at once: for hundreds use
 * {@link logLikelihood}. Reconstruction and divergence are the means of all draws.
 *
 * Shape: x [batch, ...] → scalars.
 * Source: Burda et al. 2016, arXiv:1509.00519, eq. 8.
 * @throws {ShapeError} if model and samples do not fit.
 * @throws {ArgumentError} unless the draws are a whole number of at least 1.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * importanceWeightedBound(vae, zeros([16, 4]), { samples: 8 }).bound.shape; // => []
 */
export function importanceWeightedBound(
  model: LatentModel,
  x: Tensor,
  options: DrawOptions = {},
): Evidence {
  const op = "importanceWeightedBound";
  const { samples = 5, ...draw } = checkOptions(op, options, drawKinds);
  const weights = importanceWeights(op, model, x, samples, draw);
  return evidenceOf(weights, weights.logWeights.logsumexp(0).sub(logarithm(samples)).mean());
}

/** Evidence of a bound made of importance weights. */
export function evidenceOf(
  { logWeights, logLikelihoods }: ImportanceWeights,
  bound: Tensor,
): Evidence {
  const reconstruction = logLikelihoods.mean();
  return { loss: bound.neg(), bound, reconstruction, kl: reconstruction.sub(logWeights.mean()) };
}
