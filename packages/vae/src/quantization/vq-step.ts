import { checkOptions } from "@dl/backend";
import { samplesOf, type SampleBatch } from "@dl/generator";
import type { Module } from "@dl/nn";
import type { SteppingOptimizer } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import { descend, type DescendOptions, type TrainingStep } from "@dl/training";
import { squaredError } from "../autoencoders/reconstruction-error.ts";
import { checkNotNegative, checkPositive } from "../bounds/evidence.ts";
import type { VqReconstruction } from "./vq-vae.ts";

/** A module that makes samples again through a quantiser, such as a {@link VqVae}. */
export interface VqModel extends Module {
  forward(x: Tensor): Pick<VqReconstruction, "reconstruction" | "commitment" | "perplexity">;
}

/** What a vector-quantised training reports. */
export interface VqScalars extends Readonly<Record<string, Tensor>> {
  readonly loss: Tensor;
  /** Squared error of a sample, summed over its numbers. */
  readonly reconstruction: Tensor;
  /** Mean squared distance of the encoder's vectors to their codes. */
  readonly commitment: Tensor;
  /** How many codes are in use. */
  readonly perplexity: Tensor;
}

/** What a vector-quantised training is made of. */
export interface VqStepOptions<Batch> extends DescendOptions {
  readonly optimizer: SteppingOptimizer;
  /** Weight of the commitment. Default 0.25. */
  readonly commitmentWeight?: number;
  /** Variance of the data, which the squared error is divided by. Default 1. */
  readonly variance?: number;
  /** The samples of a batch; the batch, or its `inputs`, unless said. */
  readonly samples?: (batch: Batch) => Tensor;
}

/**
 * Training of a vector-quantised autoencoder: encode, replace by the nearest codes, decode; the
 * optimiser makes the loss small, the codebook follows by its averages.
 *
 * loss = mean (x - decoded)² / variance + commitmentWeight · commitment.
 *
 * Source: van den Oord et al. 2017, arXiv:1711.00937, eq. 3, with the codebook of appendix A.1.
 * @throws {ArgumentError} without an optimiser, or for a negative weight.
 * @example
 * const vae = new VqVae({ width: 4, blocks: 1, codes: 8, size: 2 });
 * const step = vqStep(vae, { optimizer: new Adam(vae.parameters(), { learningRate: 1e-3 }) });
 * const history = await fit(step, { data: [uniform([4, 1, 8, 8])], epochs: 10 });
 * history[9].training.reconstruction < history[0].training.reconstruction; // => true
 */
export function vqStep<Batch = SampleBatch>(
  model: VqModel,
  options: VqStepOptions<Batch>,
): TrainingStep<Batch, VqScalars> & { evaluate(batch: Batch): VqScalars } {
  const {
    optimizer,
    commitmentWeight = 0.25,
    variance = 1,
    samples = (batch: Batch) => samplesOf("vqStep", batch as SampleBatch),
    ...rest
  } = checkOptions("vqStep", options, {
    optimizer: "object",
    commitmentWeight: "number",
    variance: "number",
    samples: "function",
    clip: "function",
  });
  checkNotNegative("vqStep", "commitmentWeight", commitmentWeight);
  checkPositive("vqStep", "variance", variance);
  const evaluate = (batch: Batch): VqScalars => {
    const x = samples(batch);
    const { reconstruction: made, commitment, perplexity } = model.forward(x);
    const reconstruction = squaredError("vqStep", made, x);
    const perNumber = x.shape[0]! / x.elementCount / variance;
    const loss = reconstruction.mul(perNumber).add(commitment.mul(commitmentWeight));
    return { loss, reconstruction, commitment, perplexity };
  };
  return {
    modules: { model },
    optimizers: { optimizer },
    step(batch) {
      let scalars: VqScalars | undefined;
      descend(optimizer, () => (scalars = evaluate(batch)).loss, rest);
      return scalars!;
    },
    evaluate,
  };
}
