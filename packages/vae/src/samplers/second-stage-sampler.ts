import {
  ArgumentError,
  checkCount,
  checkOptions,
  formatShape,
  type OptionKinds,
} from "@dl/backend";
import {
  DiagonalNormalHead,
  DistributionNetwork,
  LearntNormalHead,
  type GenerativeModel,
} from "@dl/generator";
import { heNormal, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam, cosineSchedule, Scheduler } from "@dl/optim";
import {
  checkTensor,
  generatorKind,
  permutation,
  type Generator,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";
import { fit } from "@dl/training";
import { elbo } from "../bounds/elbo.ts";
import { VariationalAutoencoder } from "../variational-autoencoder.ts";
import { variationalStep } from "../variational-step.ts";
import { LatentSampler, type Decoding, type LatentSamplerOptions } from "./latent-sampler.ts";
import { priorSampler } from "./samplers.ts";

/** Size and training of a second stage. */
export interface SecondStageOptions extends LatentSamplerOptions {
  /** Units of the two hidden layers of each half. Default 128. */
  readonly hidden?: number;
  /** Passes over the latents. Default 60. */
  readonly epochs?: number;
  /** Latents per step. Default 128. */
  readonly batch?: number;
  /** Of Adam, falling to 0 by a cosine. Default 2e-3. */
  readonly learningRate?: number;
  /** Of first weights, order and draws; the default one unless said. */
  readonly generator?: Generator;
}

const secondStageKinds: OptionKinds<SecondStageOptions> = {
  show: '"mean"|"draw"',
  hidden: "number",
  epochs: "number",
  batch: "number",
  learningRate: "number",
  generator: generatorKind,
};

/**
 * Latents drawn from a second variational autoencoder, which is trained here on latents of data, decoded
 * by the first: where the latents all together are not what the prior says, the second model learns
 * what they are. Its own latents have as many numbers, its likelihood has one learnt deviation, and
 * draws from it are made with that noise.
 *
 * Shape: latents [count, latent], as {@link latentsOf} gives them.
 * Source: Dai & Wipf 2019, arXiv:1903.05789, section 4.
 * @throws {ArgumentError} unless there are more latents than a batch has.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * const latents = await latentsOf(autoencoder, { data: [inputs] });
 * const options = { hidden: 8, epochs: 2, batch: 8 };
 * (await secondStageSampler(autoencoder, latents, options)).sample(5).shape; // => [5, 4]
 */
export async function secondStageSampler(
  model: Decoding,
  latents: Tensor,
  options: SecondStageOptions = {},
): Promise<LatentSampler> {
  const op = "secondStageSampler";
  checkTensor(op, latents);
  const {
    show = "mean",
    hidden = 128,
    epochs = 60,
    batch = 128,
    learningRate = 2e-3,
    ...random
  } = checkOptions(op, options, secondStageKinds);
  checkCount(op, "batch", batch);
  const [count = 0, size = 0] = latents.shape;
  if (latents.ndim !== 2 || count < batch)
    throw new ArgumentError(
      op,
      `needs latents [count, latent], at least as many as a batch has: received ${formatShape(latents.shape)} for batches of ${batch}. Encode more samples, or give a smaller batch.`,
      { expected: batch, received: latents.shape },
    );
  const mean = latents.mean(0);
  const deviation = latents.std(0).maximum(1e-6);
  const { backend } = latents;
  const order = permutation(count, { backend, ...random });
  const standard = latents.sub(mean).div(deviation).indexSelect(0, order);
  // What does not fill a batch is left out: the order is random. Each batch has elements of its own, as
  // the arguments of a compiled step must.
  const full = standard.split(batch).filter(({ shape }) => shape[0] === batch);
  const data = full.map((part) => part.clone());
  const second = secondStage(size, hidden, { backend, ...random });
  const optimizer = new Adam(second.parameters(), { learningRate });
  const step = variationalStep<Tensor>(second, {
    optimizer,
    bound: (x) => elbo(second, x, random),
  });
  const schedule = new Scheduler(optimizer, cosineSchedule({ steps: epochs * data.length }));
  await fit(step, { data, epochs, schedule });
  const drawn = priorSampler(second, size, { show: "draw" });
  const scaled: GenerativeModel = {
    sample: (samples, draw) => drawn.sample(samples, draw).mul(deviation).add(mean),
  };
  return new LatentSampler(model, scaled, { show });
}

/** size - hidden, hidden, size; and back, with one deviation that is learnt. */
function secondStage(size: number, hidden: number, random: RandomOptions): VariationalAutoencoder {
  // A deviation that begins near that of the data leaves the latents nothing to tell.
  const [posterior, likelihood] = [new DiagonalNormalHead(), new LearntNormalHead({ sigma: 0.15 })];
  const network = (outputs: number): Sequential =>
    new Sequential(
      new Linear(size, hidden, { ...random, init: heNormal }),
      new ReLU(),
      new Linear(hidden, hidden, { ...random, init: heNormal }),
      new ReLU(),
      new Linear(hidden, outputs, random),
    );
  return new VariationalAutoencoder(
    new DistributionNetwork(network(posterior.outputsFor(size)), posterior),
    new DistributionNetwork(network(likelihood.outputsFor(size)), likelihood),
  );
}
