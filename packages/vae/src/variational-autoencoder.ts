import { checkOptions, wrongType } from "@dl/backend";
import { sampleKinds, type Distribution, type SampleOptions } from "@dl/distributions";
import { DistributionNetwork } from "@dl/generator";
import { Module } from "@dl/nn";
import { checkTensor, type Tensor } from "@dl/tensor";
import { standardNormalLike, type LatentModel } from "./latent-model.ts";

/**
 * An autoencoder whose two halves are distributions: the encoder gives q(z | x), the decoder p(x | z),
 * and the prior p(z) is the standard normal. Which likelihood it has is the choice of the decoder's
 * head. It is trained by an evidence bound, such as {@link elbo}.
 *
 * Shape: encoder [batch, ...] → distributions of latents, decoder [batch, ...latent] → distributions of samples.
 * Source: Kingma & Welling 2014, arXiv:1312.6114.
 * @throws {ArgumentError} unless both are networks that end in a head.
 * @example
 * const encoder = new DistributionNetwork(new Linear(4, 4), new DiagonalNormalHead());
 * const decoder = new DistributionNetwork(new Linear(2, 4), new FixedNormalHead());
 * const vae = new VariationalAutoencoder(encoder, decoder);
 * vae.encode(inputs).eventShape; // => [2]
 * vae.forward(inputs).shape; // => [16, 4]
 */
export class VariationalAutoencoder extends Module implements LatentModel {
  readonly encoder: DistributionNetwork;
  readonly decoder: DistributionNetwork;

  constructor(encoder: DistributionNetwork, decoder: DistributionNetwork) {
    super();
    for (const [name, part] of Object.entries({ encoder, decoder }))
      if (!(part instanceof DistributionNetwork))
        throw wrongType(
          "variationalAutoencoder",
          `the ${name} must be a network that ends in a head`,
          part,
          "Pass new DistributionNetwork(network, head).",
        );
    this.encoder = encoder;
    this.decoder = decoder;
  }

  encode(x: Tensor): Distribution {
    return this.encoder.forward(x);
  }

  decode(latents: Tensor): Distribution {
    return this.decoder.forward(latents);
  }

  prior(posterior: Distribution): Distribution {
    return standardNormalLike(posterior);
  }

  /** The samples made again, as the mean of what the decoder says of one draw of their latents. */
  forward(x: Tensor, options: SampleOptions = {}): Tensor {
    checkTensor("variationalAutoencoder", x);
    checkOptions("variationalAutoencoder", options, sampleKinds);
    return this.decode(this.encode(x).rsample([], options)).mean;
  }
}
