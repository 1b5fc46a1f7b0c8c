import { wrongType } from "@dl/backend";
import { Module, type Layer } from "@dl/nn";
import type { Tensor } from "@dl/tensor";

/**
 * Two networks with a bottleneck between them: the encoder makes a latent of each sample, the decoder
 * makes the sample again.
 *
 * Shape: encoder [batch, ...] → [batch, latent], decoder back.
 * Source: Hinton & Salakhutdinov 2006, Science 313, "Reducing the dimensionality of data with neural networks".
 * @throws {ArgumentError} unless both are modules.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * autoencoder.encode(inputs).shape; // => [16, 2]
 * autoencoder.forward(inputs).shape; // => [16, 4]
 */
export class Autoencoder extends Module {
  readonly encoder: Layer;
  readonly decoder: Layer;

  constructor(encoder: Layer, decoder: Layer) {
    super();
    for (const [name, part] of Object.entries({ encoder, decoder }))
      if (!(part instanceof Module))
        throw wrongType(
          "autoencoder",
          `the ${name} must be a module`,
          part,
          "Pass e.g. new Sequential(...).",
        );
    this.encoder = encoder;
    this.decoder = decoder;
  }

  /** Shape: [batch, ...] → [batch, latent]. */
  encode(x: Tensor): Tensor {
    return this.encoder.forward(x);
  }

  /** Shape: [batch, latent] → [batch, ...]. */
  decode(latents: Tensor): Tensor {
    return this.decoder.forward(latents);
  }

  /** The samples made again. */
  forward(x: Tensor): Tensor {
    return this.decode(this.encode(x));
  }
}
