import { checkOptions } from "@dl/backend";
import { checkTensor, generatorKind, type Generator, type Tensor } from "@dl/tensor";
import { encoded, logLikelihoodOf, type LatentModel } from "../latent-model.ts";
import {
  checkNotNegative,
  klPerDimension,
  weightKind,
  type Evidence,
  type Weight,
} from "./evidence.ts";

/** Weights of {@link elbo}. */
export interface ElboOptions {
  /** Weight of the divergence in the loss; a tensor where it changes, as by {@link WarmUp}. Default 1. */
  readonly beta?: Weight;
  /** Nats of each number of the latent that the loss does not count, the batch's mean. Default 0. */
  readonly freeBits?: number;
  /** Where the draws of the latents come from; the default generator unless said. */
  readonly generator?: Generator;
}

/**
 * The evidence lower bound, by one draw of each latent and the closed form of the divergence.
 *
 * ln p(x) ≥ E ln p(x | z) - KL(q(z | x), p(z)), z from q(z | x). The loss is minus that with the
 * divergence weighed by beta, and with free bits at least so large in each number of the latent:
 * Σ max(freeBits, mean over the batch of the KL).
 *
 * Shape: x [batch, ...] → scalars.
 * Source: Kingma & Welling 2014, arXiv:1312.6114, eq. 10; Higgins et al. 2017 (beta); Kingma et al.
 * 2016, arXiv:1606.04934, eq. 14 (free bits).
 * @throws {ShapeError} if model and samples do not fit.
 * @throws {UnsupportedError} if the divergence has no closed form: use {@link importanceWeightedBound}.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * const { bound, reconstruction, kl } = elbo(vae, zeros([16, 4]));
 * await reconstruction.sub(kl).sub(bound).item(); // => 0
 */
export function elbo(model: LatentModel, x: Tensor, options: ElboOptions = {}): Evidence {
  const {
    beta = 1,
    freeBits = 0,
    ...draw
  } = checkOptions("elbo", options, {
    beta: weightKind,
    freeBits: "number",
    generator: generatorKind,
  });
  checkTensor("elbo", x);
  checkNotNegative("elbo", "beta", beta);
  checkNotNegative("elbo", "freeBits", freeBits);
  const { posterior, prior } = encoded("elbo", model, x);
  const latents = posterior.rsample([], draw);
  const reconstruction = logLikelihoodOf("elbo", model, latents, x).mean();
  const divergences = klPerDimension(posterior, prior);
  const kl = divergences.sum().div(x.shape[0]!);
  const counted = freeBits === 0 ? kl : divergences.mean(0).maximum(freeBits).sum();
  return {
    loss: (beta === 1 ? counted : counted.mul(beta)).sub(reconstruction),
    bound: reconstruction.sub(kl),
    reconstruction,
    kl,
  };
}
