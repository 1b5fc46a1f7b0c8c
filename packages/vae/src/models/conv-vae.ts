import { checkOptions } from "@dl/backend";
import {
  BernoulliHead,
  DiagonalNormalHead,
  DistributionNetwork,
  headKind,
  type Head,
} from "@dl/generator";
import { VariationalAutoencoder } from "../variational-autoencoder.ts";
import { convDecoder, convEncoder, convHalfKinds, type ConvHalfOptions } from "./conv-halves.ts";
import { convSizes } from "./conv-sizes.ts";

/** Sizes and heads of {@link convVae}. */
export interface ConvVaeOptions extends ConvHalfOptions {
  /** How the encoder's numbers are read. Default a {@link DiagonalNormalHead}. */
  readonly posterior?: Head;
  /** How the decoder's numbers are read. Default a {@link BernoulliHead}. */
  readonly likelihood?: Head;
}

/**
 * The convolutional variational autoencoder: {@link convEncoder} and {@link convDecoder}, each ending
 * in a head.
 *
 * Shape: [batch, channels, size, size] → distributions of [latent] and of pictures.
 * @throws {ArgumentError} for sizes that cannot be.
 * @example
 * convVae().encode(zeros([2, 1, 28, 28])).eventShape; // => [20]
 */
export function convVae(options: ConvVaeOptions = {}): VariationalAutoencoder {
  const {
    posterior = new DiagonalNormalHead(),
    likelihood = new BernoulliHead(),
    ...half
  } = checkOptions("convVae", options, {
    ...convHalfKinds,
    posterior: headKind,
    likelihood: headKind,
  });
  const { channels, latent } = convSizes("convVae", half);
  const encoder = convEncoder({ ...half, latent: posterior.outputsFor(latent) });
  const decoder = convDecoder({ ...half, channels: likelihood.outputsFor(channels) });
  return new VariationalAutoencoder(
    new DistributionNetwork(encoder, posterior),
    new DistributionNetwork(decoder, likelihood),
  );
}
