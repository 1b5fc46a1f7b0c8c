import { ArgumentError, checkOptions } from "@dl/backend";
import { checkTensor, generatorKind, type Generator, type Tensor } from "@dl/tensor";
import { encoded, logLikelihoodOf, type LatentModel } from "../latent-model.ts";
import { klPerDimension, type Evidence } from "./evidence.ts";
import {
  inverseMultiquadraticKernel,
  maximumMeanDiscrepancy,
  type Kernel,
} from "./maximum-mean-discrepancy.ts";

/** Weights of {@link infoVaeBound}. */
export interface InfoVaeOptions {
  /** Weight of the information that latents keep of samples: 1 - alpha weighs the divergence. Default 1. */
  readonly alpha?: number;
  /** Weight of the prior over all latents together: alpha + lambda - 1 weighs the discrepancy. Default 10. */
  readonly lambda?: number;
  /** Default {@link inverseMultiquadraticKernel}. */
  readonly kernel?: Kernel;
  /** Where draws come from; the default generator unless said. */
  readonly generator?: Generator;
}

/** What {@link infoVaeBound} says besides. */
export interface InfoVaeEvidence extends Evidence {
  /** Squared maximum mean discrepancy of the batch's latents and as many of the prior. */
  readonly discrepancy: Tensor;
}

/**
 * The objective of InfoVAE: latents follow the prior all together rather than each by itself, so that
 * they may tell more of their samples. With alpha 1 it is MMD-VAE.
 *
 * loss = -E ln p(x | z) + (1 - α) KL(q(z | x), p(z)) + (α + λ - 1) MMD²(q(z), p(z)).
 *
 * Shape: x [batch, ...], latents [latent] → scalars. `bound` is the evidence lower bound.
 * Source: Zhao et al. 2019, arXiv:1706.02262, eq. 6. The kernel is that of Tolstikhin et al. 2018.
 * @throws {ShapeError} if model and samples do not fit, or there are fewer than 2.
 * @throws {ArgumentError} if alpha + lambda is below 1, or a weight is not finite.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * infoVaeBound(vae, zeros([16, 4]), { alpha: 0.5 }).discrepancy.shape; // => []
 */
export function infoVaeBound(
  model: LatentModel,
  x: Tensor,
  options: InfoVaeOptions = {},
): InfoVaeEvidence {
  const {
    alpha = 1,
    lambda = 10,
    kernel = inverseMultiquadraticKernel(),
    ...draw
  } = checkOptions("infoVaeBound", options, {
    alpha: "number",
    lambda: "number",
    kernel: "function",
    generator: generatorKind,
  });
  checkTensor("infoVaeBound", x);
  if (!(Number.isFinite(alpha) && alpha + lambda >= 1 && lambda < Infinity))
    throw new ArgumentError(
      "infoVaeBound",
      `alpha and lambda must be finite, and at least 1 together: received ${alpha} and ${lambda}.`,
      { received: [alpha, lambda] },
    );
  const { posterior, prior } = encoded("infoVaeBound", model, x);
  const latents = posterior.rsample([], draw);
  const reconstruction = logLikelihoodOf("infoVaeBound", model, latents, x).mean();
  const kl = klPerDimension(posterior, prior).sum().div(x.shape[0]!);
  const expected = prior.sample([x.shape[0]!], draw);
  const discrepancy = maximumMeanDiscrepancy(latents, expected, kernel);
  const penalty = kl.mul(1 - alpha).add(discrepancy.mul(alpha + lambda - 1));
  const bound = reconstruction.sub(kl);
  return { loss: penalty.sub(reconstruction), bound, reconstruction, kl, discrepancy };
}
