import { ArgumentError, checkOptions, logarithm } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { LatentModel } from "../latent-model.ts";
import type { Evidence } from "./evidence.ts";
import {
  drawKinds,
  evidenceOf,
  importanceWeights,
  type DrawOptions,
} from "./importance-weighted-bound.ts";

/** Order and draws of {@link renyiBound}. */
export interface RenyiOptions extends DrawOptions {
  /**
   * Order of the divergence: 1 gives the evidence lower bound, 0 the importance-weighted one, below 0
   * no bound but more than ln p(x), -Infinity the largest weight. Default 0.5.
   */
  readonly alpha?: number;
}

/**
 * The variational Rényi bound.
 *
 * 1 / (1 - α) ln 1/k Σ (p(x, zᵢ) / q(zᵢ | x))^(1 - α), the mean over the batch.
 *
 * Shape: x [batch, ...] → scalars.
 * Source: Li & Turner 2016, arXiv:1602.02311, eq. 6.
 * @throws {ShapeError} if model and samples do not fit.
 * @throws {ArgumentError} for an order that is NaN or +Infinity.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * renyiBound(vae, zeros([16, 4]), { alpha: 0.5, samples: 8 }).bound.shape; // => []
 */
export function renyiBound(model: LatentModel, x: Tensor, options: RenyiOptions = {}): Evidence {
  const {
    alpha = 0.5,
    samples = 5,
    ...draw
  } = checkOptions("renyiBound", options, { ...drawKinds, alpha: "number" });
  if (!(alpha < Infinity))
    throw new ArgumentError(
      "renyiBound",
      `alpha must be a number below infinity: received ${alpha}.`,
      { received: alpha },
    );
  const weights = importanceWeights("renyiBound", model, x, samples, draw);
  return evidenceOf(weights, powerMean(weights.logWeights, 1 - alpha).mean());
}

/** ln of the power mean of order `order` along axis 0, of numbers given by their logarithms. */
function powerMean(logWeights: Tensor, order: number): Tensor {
  if (order === Infinity) return logWeights.amax(0);
  if (order === 0) return logWeights.mean(0);
  const count = logarithm(logWeights.shape[0]!);
  return logWeights.mul(order).logsumexp(0).sub(count).div(order);
}
