import { formatShape, ShapeError } from "@dl/backend";
import type { Distribution } from "@dl/distributions";
import { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { standardNormalLike, type LatentModel } from "./latent-model.ts";

/** A network from a tensor and a condition to distributions. */
export interface ConditionalNetwork extends Module {
  forward(x: Tensor, condition: Tensor): Distribution;
}

/**
 * A variational autoencoder told something of each sample, such as its class: q(z | x, c) and
 * p(x | z, c). What `given` gives is a model that every bound, report and sampler takes.
 *
 * Source: Sohn et al. 2015, NeurIPS, "Learning structured output representation using deep conditional
 * generative models"; Kingma et al. 2014, arXiv:1406.5298, with the condition always known.
 * @example
 * const encoder = new ConditionedNetwork(new Linear(7, 4), new DiagonalNormalHead());
 * const decoder = new ConditionedNetwork(new Linear(5, 4), new FixedNormalHead());
 * const vae = new ConditionalVariationalAutoencoder(encoder, decoder);
 * vae.given(oneHot(targets, 3)).encode(inputs).eventShape; // => [2]
 */
export class ConditionalVariationalAutoencoder extends Module {
  readonly encoder: ConditionalNetwork;
  readonly decoder: ConditionalNetwork;

  constructor(encoder: ConditionalNetwork, decoder: ConditionalNetwork) {
    super();
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /** The model for samples with these conditions. Shape: condition [batch, ...]. */
  given(condition: Tensor): LatentModel & Module {
    return new GivenCondition(this, condition);
  }

  /** The distribution of samples of these latents and conditions. */
  forward(latents: Tensor, condition: Tensor): Distribution {
    return this.decoder.forward(latents, condition);
  }
}

/** A {@link ConditionalVariationalAutoencoder} for samples whose conditions are known. */
class GivenCondition extends Module implements LatentModel {
  readonly model: ConditionalVariationalAutoencoder;
  readonly condition: Tensor;

  constructor(model: ConditionalVariationalAutoencoder, condition: Tensor) {
    super();
    this.model = model;
    this.condition = condition;
  }

  encode(x: Tensor): Distribution {
    return this.model.encoder.forward(x, this.condition);
  }

  decode(latents: Tensor): Distribution {
    return this.model.decoder.forward(latents, repeatedFor(latents, this.condition));
  }

  prior(posterior: Distribution): Distribution {
    return standardNormalLike(posterior);
  }

  forward(x: Tensor): Tensor {
    return this.decode(this.encode(x).rsample()).mean;
  }
}

/** Conditions for several draws of each sample, which follow one another: [samples · batch, ...]. */
function repeatedFor(latents: Tensor, condition: Tensor): Tensor {
  const [count, batch] = [latents.shape[0] ?? 1, condition.shape[0] ?? 1];
  if (count === batch) return condition;
  if (count % batch !== 0)
    throw new ShapeError(
      "given",
      `needs a condition for each sample: received latents ${formatShape(latents.shape)}, conditions ${formatShape(condition.shape)}. Give as many of both.`,
      { expected: count, received: batch },
    );
  const rest = condition.shape.slice(1);
  return condition.expand([count / batch, batch, ...rest]).reshape([count, ...rest]);
}
