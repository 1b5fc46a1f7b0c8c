import { checkCount, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { sampleKinds, type SampleOptions } from "@dl/distributions";
import type { Tensor } from "@dl/tensor";
import { retakeStatistics, type Callback, type ModelAverage } from "@dl/training";
import type { LatentGenerator } from "./latent-generator.ts";

/** What statistics are taken from. */
export interface FreshStatisticsOptions extends SampleOptions {
  /** Batches of latents. Default 40. */
  readonly batches?: number;
  /** Latents in each. Default 64. */
  readonly batchSize?: number;
}

const freshKinds: OptionKinds<FreshStatisticsOptions> = /* @__PURE__ */ extendKinds(sampleKinds, {
  batches: "number",
  batchSize: "number",
});

/**
 * Takes the running statistics of a generator's normalisation layers anew, from latents as it samples
 * them; gives how many layers saw any. For averaged weights, whose statistics are not the average of
 * the statistics: before sampling from them, and before they are kept.
 *
 * @throws {ArgumentError} if no layer keeps statistics.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const network = new Sequential(new Linear(2, 8), new BatchNorm(8), new Linear(8, 4));
 * const average = new ModelAverage(new LatentGenerator(network, latent));
 * await freshStatistics(average.model); // => 1
 * average.model.sample(3).shape; // => [3, 4]
 */
export async function freshStatistics(
  model: LatentGenerator,
  options: FreshStatisticsOptions = {},
): Promise<number> {
  const {
    batches = 40,
    batchSize = 64,
    ...draw
  } = checkOptions("freshStatistics", options, freshKinds);
  checkCount("freshStatistics", "batches", batches);
  checkCount("freshStatistics", "batchSize", batchSize, 2);
  const data = Array.from({ length: batches }, (): Tensor =>
    model.latent.sample([batchSize], draw),
  );
  return await retakeStatistics<Tensor>(model, { data });
}

/**
 * A callback that takes the statistics of an averaged generator anew after every epoch, by
 * {@link freshStatistics}: what samples from `average.model` and what checkpoints keep of it is then
 * one and the same generator. Name it before callbacks that sample.
 *
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const network = new Sequential(new Linear(2, 8), new BatchNorm(8), new Linear(8, 4));
 * const model = new LatentGenerator(network, latent);
 * const step = naiveStep(model, { optimizer: new Adam(model.parameters()) });
 * const average = new ModelAverage(model, { decay: 0.9 });
 * const callbacks = [freshAverage(average)];
 * await fit(step, { data: [inputs], epochs: 2, averages: average, callbacks });
 * average.model.sample(3).shape; // => [3, 4]
 */
export function freshAverage(
  average: ModelAverage<LatentGenerator>,
  options: FreshStatisticsOptions = {},
): Callback {
  checkOptions("freshAverage", options, freshKinds);
  return {
    async onEpoch() {
      await freshStatistics(average.model, options);
    },
  };
}
