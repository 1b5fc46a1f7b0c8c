import { checkOptions } from "@dl/backend";
import { samplesOf, type SampleBatch } from "@dl/generator";
import type { SteppingOptimizer } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import { descend, type DescendOptions, type TrainingStep } from "@dl/training";
import type { Autoencoder } from "./autoencoder.ts";
import { reconstructionError } from "./reconstruction-error.ts";

/** What an autoencoder's training reports: the loss, and whatever it is made of. */
export interface AutoencoderScalars extends Readonly<Record<string, Tensor>> {
  readonly loss: Tensor;
}

/** What an autoencoder's training is made of. */
export interface AutoencoderStepOptions<Batch> extends DescendOptions {
  readonly optimizer: SteppingOptimizer;
  /**
   * What is made small for a batch, and what else is reported: {@link reconstructionError} unless said.
   * A denoising, contractive, sparse or Wasserstein autoencoder is another loss.
   */
  readonly loss?: (batch: Batch) => AutoencoderScalars;
}

/**
 * Training of an autoencoder: every step makes the loss of a batch small. Scalars are what the loss
 * gives: `loss` and `reconstruction` unless said.
 *
 * @throws {ArgumentError} without an optimiser.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * const optimizer = new Adam(autoencoder.parameters(), { learningRate: 0.01 });
 * const step = autoencoderStep(autoencoder, { optimizer });
 * const history = await fit(step, { data: [inputs], epochs: 10 });
 * history[9].training.loss < history[0].training.loss; // => true
 */
export function autoencoderStep<Batch = SampleBatch>(
  model: Autoencoder,
  options: AutoencoderStepOptions<Batch>,
): TrainingStep<Batch, AutoencoderScalars> & { evaluate(batch: Batch): AutoencoderScalars } {
  const plain = (batch: Batch): AutoencoderScalars => {
    const samples = samplesOf("autoencoderStep", batch as SampleBatch);
    const reconstruction = reconstructionError(model, samples);
    return { loss: reconstruction, reconstruction };
  };
  const {
    optimizer,
    loss = plain,
    ...rest
  } = checkOptions("autoencoderStep", options, {
    optimizer: "object",
    loss: "function",
    clip: "function",
  });
  return {
    modules: { model },
    optimizers: { optimizer },
    step(batch) {
      let scalars: AutoencoderScalars | undefined;
      descend(optimizer, () => (scalars = loss(batch)).loss, rest);
      return scalars!;
    },
    evaluate: loss,
  };
}
