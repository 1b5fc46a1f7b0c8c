import { checkCount, checkOptions, logarithm } from "@dl/backend";
import { concatenate, checkTensor, type Tensor } from "@dl/tensor";
import {
  drawKinds,
  importanceWeights,
  type DrawOptions,
} from "../bounds/importance-weighted-bound.ts";
import { evaluating } from "../evaluating.ts";
import type { LatentModel } from "../latent-model.ts";

/** Draws of {@link logLikelihood}, and how many at once. */
export interface LogLikelihoodOptions extends DrawOptions {
  /** Most pairs of sample and draw that go through the decoder at once. Default 10,000. */
  readonly atOnce?: number;
}

/**
 * ln p(x) of each sample by importance sampling from the posterior, in evaluation and without
 * gradients: the importance-weighted bound, whose error shrinks as draws are added and which is never
 * too high on average. Draws go through the decoder in parts that are read one by one, so that
 * memory does not grow with their number.
 *
 * ln 1/k Σ p(x, zᵢ) / q(zᵢ | x).
 *
 * Shape: x [batch, ...] → [batch], in nats.
 * Source: Burda et al. 2016, arXiv:1509.00519, section 5 (with k = 5000).
 * @throws {ArgumentError} unless the draws are a whole number of at least 1.
 * @throws {ShapeError} if model and samples do not fit.
 * @example
 * const vae = mlpVae({ inputs: 4, hidden: 8, latent: 2 });
 * (await logLikelihood(vae, zeros([16, 4]), { samples: 100 })).shape; // => [16]
 */
export async function logLikelihood(
  model: LatentModel,
  x: Tensor,
  options: LogLikelihoodOptions = {},
): Promise<Tensor> {
  const {
    samples = 500,
    atOnce = 10_000,
    ...draw
  } = checkOptions("logLikelihood", options, { ...drawKinds, atOnce: "number" });
  checkTensor("logLikelihood", x);
  checkCount("logLikelihood", "samples", samples);
  checkCount("logLikelihood", "atOnce", atOnce);
  const rows = Math.min(x.shape[0] ?? 0, atOnce);
  const parts: Tensor[] = [];
  for (const some of rows === 0 ? [x] : x.split(rows)) {
    const draws = Math.max(1, Math.floor(atOnce / (some.shape[0] ?? 1)));
    let total: Tensor | undefined;
    for (let done = 0; done < samples; done += draws) {
      const count = Math.min(draws, samples - done);
      const sum = evaluating("logLikelihood", [model], () =>
        importanceWeights("logLikelihood", model, some, count, draw).logWeights.logsumexp(0),
      );
      total = total === undefined ? sum : logSum(total, sum);
      // Stores what is summed up, so that the draws can be let go of.
      await total.data();
    }
    parts.push(total!.sub(logarithm(samples)));
  }
  return concatenate(parts);
}

/** ln (eᵃ + eᵇ). */
function logSum(a: Tensor, b: Tensor): Tensor {
  const larger = a.maximum(b);
  const smaller = a.minimum(b);
  return larger.add(smaller.sub(larger).exp().log1p());
}
