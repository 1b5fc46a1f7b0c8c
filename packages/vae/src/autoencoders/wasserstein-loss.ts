import { checkOptions } from "@dl/backend";
import { checkTensor, generatorKind, normalLike, type Generator, type Tensor } from "@dl/tensor";
import { checkNotNegative } from "../bounds/evidence.ts";
import {
  inverseMultiquadraticKernel,
  maximumMeanDiscrepancy,
  type Kernel,
} from "../bounds/maximum-mean-discrepancy.ts";
import type { Autoencoder } from "./autoencoder.ts";
import type { AutoencoderScalars } from "./autoencoder-step.ts";
import { squaredError } from "./reconstruction-error.ts";

/** Weights of {@link wassersteinLoss}. */
export interface WassersteinOptions {
  /** Weight of the discrepancy. Default 10. */
  readonly lambda?: number;
  /** Default {@link inverseMultiquadraticKernel}. */
  readonly kernel?: Kernel;
  /** Where the draws of the prior come from; the default generator unless said. */
  readonly generator?: Generator;
}

/**
 * The loss of a Wasserstein autoencoder, WAE-MMD: squared error, and how far the latents of the batch
 * are from as many draws of the standard normal. The encoder stays a plain one.
 *
 * loss = mean Σ (decode(encode(x)) - x)² + λ MMD²(latents, N(0, 1)).
 *
 * Shape: x [batch, ...], latents [batch, latent] → scalars.
 * Source: Tolstikhin et al. 2018, arXiv:1711.01558, algorithm 2.
 * @throws {ShapeError} if autoencoder and samples do not fit, or there are fewer than 2.
 * @throws {ArgumentError} unless lambda is at least 0.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * const { loss, reconstruction, discrepancy } = wassersteinLoss(autoencoder, inputs);
 * loss.shape; // => []
 */
export function wassersteinLoss(
  model: Autoencoder,
  x: Tensor,
  options: WassersteinOptions = {},
): WassersteinScalars {
  const {
    lambda = 10,
    kernel = inverseMultiquadraticKernel(),
    ...draw
  } = checkOptions("wassersteinLoss", options, {
    lambda: "number",
    kernel: "function",
    generator: generatorKind,
  });
  checkTensor("wassersteinLoss", x);
  checkNotNegative("wassersteinLoss", "lambda", lambda);
  const latents = model.encode(x);
  const reconstruction = squaredError("wassersteinLoss", model.decode(latents), x);
  const discrepancy = maximumMeanDiscrepancy(latents, normalLike(latents, draw), kernel);
  return { loss: reconstruction.add(discrepancy.mul(lambda)), reconstruction, discrepancy };
}

/** What {@link wassersteinLoss} says. */
export interface WassersteinScalars extends AutoencoderScalars {
  readonly reconstruction: Tensor;
  readonly discrepancy: Tensor;
}
