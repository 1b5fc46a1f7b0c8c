import { ArgumentError, checkOptions } from "@dl/backend";
import { Distribution } from "@dl/distributions";
import { batchesOf, samplesOf, type SampleBatch } from "@dl/generator";
import { concatenate, type Tensor } from "@dl/tensor";
import type { Batches } from "@dl/training";
import { evaluating } from "../evaluating.ts";

/** What makes latents of samples: the encoder of an autoencoder, or one that gives distributions. */
export interface EncodingModel {
  /** Latents of samples, or distributions of them. */
  encode(x: Tensor): Tensor | Distribution;
}

/** What {@link latentsOf} encodes. */
export interface LatentsOptions {
  /** Gone through once. */
  readonly data: Batches<SampleBatch>;
}

/**
 * The latents of a whole data set, in evaluation and without gradients; of a model whose encoder gives
 * distributions, a draw from each, since that is what its decoder has learnt to read.
 *
 * Shape: → [samples, ...latent].
 * @throws {ArgumentError} if there are no batches.
 * @example
 * const autoencoder = new Autoencoder(new Linear(4, 2), new Linear(2, 4));
 * (await latentsOf(autoencoder, { data: [inputs, inputs] })).shape; // => [32, 2]
 */
export async function latentsOf(model: EncodingModel, options: LatentsOptions): Promise<Tensor> {
  const { data } = checkOptions("latentsOf", options, { data: "object|list" });
  const parts: Tensor[] = [];
  for await (const batch of batchesOf("latentsOf", data)) {
    const x = samplesOf("latentsOf", batch);
    const latents = evaluating("latentsOf", [model], () => {
      const encoded = model.encode(x);
      return encoded instanceof Distribution ? encoded.sample() : encoded;
    });
    // Stores the latents, so that what they were computed from can be let go of.
    await latents.data();
    parts.push(latents);
  }
  if (parts.length === 0)
    throw new ArgumentError(
      "latentsOf",
      "the data has no batches: received none. Give it samples, and something that can be gone through again.",
    );
  return concatenate(parts);
}
