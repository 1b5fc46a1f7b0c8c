import { formatShape, ShapeError } from "@dl/backend";
import { Independent, MultivariateNormal, Normal, type Distribution } from "@dl/distributions";
import { eye, zeros, type Tensor } from "@dl/tensor";

/**
 * A model with latents, in both directions: all that evidence bounds, reports and samplers ask for. A
 * {@link VariationalAutoencoder} is one.
 */
export interface LatentModel {
  /** q(z | x), one for each of the batch. */
  encode(x: Tensor): Distribution;
  /** p(x | z), one for each of the batch. */
  decode(latents: Tensor): Distribution;
  /** p(z), of the type and place of the posteriors. */
  prior(posterior: Distribution): Distribution;
}

/** A posterior that is checked, and the prior beside it. */
export interface Encoding {
  readonly posterior: Distribution;
  readonly prior: Distribution;
}

/** @throws {ShapeError} unless the model gives one distribution of latents for each of the batch. */
export function encoded(op: string, model: LatentModel, x: Tensor): Encoding {
  const posterior = model.encode(x);
  const { batchShape } = posterior;
  if (x.ndim === 0 || batchShape.length !== 1 || batchShape[0] !== x.shape[0])
    throw new ShapeError(
      op,
      `the encoder must give one distribution for each sample of the batch: received ${formatShape(batchShape)} for samples ${formatShape(x.shape)}. Give samples [batch, ...], and end the encoder with a head.`,
      { expected: x.shape.slice(0, 1), received: batchShape },
    );
  return { posterior, prior: model.prior(posterior) };
}

/**
 * ln p(x | z).
 *
 * Shape: latents [batch, ...latent], x [batch, ...] → [batch].
 * @throws {ShapeError} unless the decoder's events have the shape of the samples.
 */
export function logLikelihoodOf(
  op: string,
  model: LatentModel,
  latents: Tensor,
  x: Tensor,
): Tensor {
  const likelihood = model.decode(latents);
  const { batchShape, eventShape } = likelihood;
  const made = [...batchShape, ...eventShape];
  if (batchShape.length !== 1 || formatShape(made) !== formatShape(x.shape))
    throw new ShapeError(
      op,
      `the decoder's distributions do not fit the samples: batch ${formatShape(batchShape)} of events ${formatShape(eventShape)}, samples ${formatShape(x.shape)}. End the decoder with a head, and give the samples its shape.`,
      { expected: made, received: x.shape },
    );
  return likelihood.logProb(x);
}

/**
 * The standard normal over latents of the shape, type and place of a posterior's.
 *
 * Shape: batch [], an event as the posterior's.
 * @example
 * const posterior = new Independent(new Normal(zeros([8, 2]), 0.1), 1);
 * standardNormalLike(posterior).eventShape; // => [2]
 */
export function standardNormalLike(posterior: Distribution): Distribution {
  const { eventShape, mean } = posterior;
  const { dtype, backend } = mean;
  // One family on both sides has a divergence in closed form.
  if (posterior instanceof MultivariateNormal) {
    const scaleTril = eye(eventShape[0]!, undefined, { dtype, backend });
    return new MultivariateNormal(zeros(eventShape, { dtype, backend }), { scaleTril });
  }
  return new Independent(new Normal(zeros(eventShape, { dtype, backend }), 1), eventShape.length);
}
