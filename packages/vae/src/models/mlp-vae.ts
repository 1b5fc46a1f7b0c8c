import { checkCount, checkOptions } from "@dl/backend";
import {
  BernoulliHead,
  DiagonalNormalHead,
  DistributionNetwork,
  headKind,
  type Head,
} from "@dl/generator";
import { Linear, ReLU, Sequential } from "@dl/nn";
import { randomKinds, type RandomOptions } from "@dl/tensor";
import { VariationalAutoencoder } from "../variational-autoencoder.ts";

/** Sizes and heads of {@link mlpVae}. */
export interface MlpVaeOptions extends RandomOptions {
  /** Numbers of a sample. Default 784. */
  readonly inputs?: number;
  /** Units of the hidden layer of each half. Default 400. */
  readonly hidden?: number;
  /** Numbers of a latent. Default 20. */
  readonly latent?: number;
  /** How the encoder's numbers are read. Default a {@link DiagonalNormalHead}. */
  readonly posterior?: Head;
  /** How the decoder's numbers are read. Default a {@link BernoulliHead}. */
  readonly likelihood?: Head;
}

/**
 * The plain variational autoencoder: one hidden layer on each side.
 *
 * inputs - hidden, ReLU, mean and log-variance of the latent; latent - hidden, ReLU, inputs.
 *
 * Shape: [batch, inputs] → distributions of [latent] and of [inputs].
 * Source: Kingma & Welling 2014, arXiv:1312.6114, appendix C, with ReLU for tanh and 784-400-20 as in
 * PyTorch's example.
 * @throws {ArgumentError} for sizes that are no whole numbers of at least 1.
 * @example
 * mlpVae().encode(zeros([8, 784])).eventShape; // => [20]
 */
export function mlpVae(options: MlpVaeOptions = {}): VariationalAutoencoder {
  const {
    inputs = 784,
    hidden = 400,
    latent = 20,
    posterior = new DiagonalNormalHead(),
    likelihood = new BernoulliHead(),
    ...random
  } = checkOptions("mlpVae", options, {
    ...randomKinds,
    inputs: "number",
    hidden: "number",
    latent: "number",
    posterior: headKind,
    likelihood: headKind,
  });
  for (const [name, size] of Object.entries({ inputs, hidden, latent }))
    checkCount("mlpVae", name, size);
  const encoder = new Sequential(
    new Linear(inputs, hidden, random),
    new ReLU(),
    new Linear(hidden, posterior.outputsFor(latent), random),
  );
  const decoder = new Sequential(
    new Linear(latent, hidden, random),
    new ReLU(),
    new Linear(hidden, likelihood.outputsFor(inputs), random),
  );
  return new VariationalAutoencoder(
    new DistributionNetwork(encoder, posterior),
    new DistributionNetwork(decoder, likelihood),
  );
}
