import { checkCount, checkOptions, logarithm, UnsupportedError } from "@dl/backend";
import { Independent, type Distribution } from "@dl/distributions";
import { checkTensor, generatorKind, type Generator, type Tensor } from "@dl/tensor";
import { encoded, logLikelihoodOf, type LatentModel } from "../latent-model.ts";
import { checkNotNegative, klPerDimension, type Evidence } from "./evidence.ts";

/** Weights of {@link betaTcBound}. */
export interface BetaTcOptions {
  /** Samples in the data set. */
  readonly datasetSize: number;
  /** Weight of what latents tell of samples. Default 1. */
  readonly alpha?: number;
  /** Weight of the total correlation of the latents. Default 6. */
  readonly beta?: number;
  /** Weight of how far each latent is from the prior. Default 1. */
  readonly gamma?: number;
  /** Where draws come from; the default generator unless said. */
  readonly generator?: Generator;
}

/** The divergence taken apart, in nats per sample. */
export interface BetaTcEvidence extends Evidence {
  /** ln q(z | x) - ln q(z). */
  readonly mutualInformation: Tensor;
  /** ln q(z) - Σ ln q(zⱼ): how far latents are from being independent. */
  readonly totalCorrelation: Tensor;
  /** Σ ln q(zⱼ) - ln p(zⱼ). */
  readonly dimensionwiseKl: Tensor;
}

/**
 * The objective of the β-TC-VAE: the divergence taken apart, so that only the dependence between
 * latents is weighed by beta. q(z), the posteriors of all data together, is estimated from the batch by
 * minibatch-weighted sampling.
 *
 * loss = -E ln p(x | z) + α mutual information + β total correlation + γ dimension-wise divergence.
 *
 * Shape: x [batch, ...], latents [latent] → scalars. `bound` is the evidence lower bound.
 * Source: Chen et al. 2018, arXiv:1802.04942, eq. 2, 4 and 5.
 * @throws {ShapeError} if model and samples do not fit.
 * @throws {UnsupportedError} unless the posterior is independent in each number of the latent.
 * @throws {ArgumentError} unless the data set's size is a whole number, and weights are at least 0.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * betaTcBound(vae, zeros([16, 4]), { datasetSize: 1000 }).totalCorrelation.shape; // => []
 */
export function betaTcBound(model: LatentModel, x: Tensor, options: BetaTcOptions): BetaTcEvidence {
  checkTensor("betaTcBound", x);
  const {
    datasetSize,
    alpha = 1,
    beta = 6,
    gamma = 1,
    ...draw
  } = checkOptions("betaTcBound", options, {
    datasetSize: "number",
    alpha: "number",
    beta: "number",
    gamma: "number",
    generator: generatorKind,
  });
  checkCount("betaTcBound", "datasetSize", datasetSize);
  for (const [name, weight] of Object.entries({ alpha, beta, gamma }))
    checkNotNegative("betaTcBound", name, weight);
  const { posterior, prior } = encoded("betaTcBound", model, x);
  checkIndependent(posterior);
  const latents = posterior.rsample([], draw); // [batch, latent]
  // ln q(zᵢⱼ | xₖ) of every draw i under every posterior k.
  const pairs = posterior.base.logProb(latents.unsqueeze(1)); // [i, k, latent]
  const dataset = logarithm(datasetSize * x.shape[0]!);
  const joint = pairs.sum(-1).logsumexp(1).sub(dataset); // ln q(z), [batch]
  const marginals = pairs.logsumexp(1).sub(dataset).sum(-1); // Σ ln q(zⱼ), [batch]
  const mutualInformation = posterior.logProb(latents).sub(joint).mean();
  const totalCorrelation = joint.sub(marginals).mean();
  const dimensionwiseKl = marginals.sub(prior.logProb(latents)).mean();
  const reconstruction = logLikelihoodOf("betaTcBound", model, latents, x).mean();
  const kl = klPerDimension(posterior, prior).sum().div(x.shape[0]!);
  return {
    loss: mutualInformation
      .mul(alpha)
      .add(totalCorrelation.mul(beta))
      .add(dimensionwiseKl.mul(gamma))
      .sub(reconstruction),
    bound: reconstruction.sub(kl),
    reconstruction,
    kl,
    mutualInformation,
    totalCorrelation,
    dimensionwiseKl,
  };
}

function checkIndependent(posterior: Distribution): asserts posterior is Independent {
  if (posterior instanceof Independent && posterior.eventShape.length === 1) return;
  throw new UnsupportedError(
    "betaTcBound",
    `needs posteriors that are independent in each number of the latent: received ${posterior.constructor.name}. End the encoder with a DiagonalNormalHead.`,
    { received: posterior.constructor.name },
  );
}
