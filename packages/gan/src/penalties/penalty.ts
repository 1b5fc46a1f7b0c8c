import type { Tensor } from "@dl/tensor";

/** A discriminator as losses and penalties see it: samples to outputs, [batch, ...] → [batch, ...]. */
export type Judge = (samples: Tensor) => Tensor;

/**
 * What is added to the discriminator's loss, a scalar, of a batch of real and of generated samples.
 * Slopes of the judge are taken with a graph, so that the penalty can be differentiated again.
 */
export type Penalty<Batch = unknown> = (
  judge: Judge,
  real: Tensor,
  fake: Tensor,
  batch: Batch,
) => Tensor;

/** A penalty with an update of its own after every so many steps, for which it counts so many times. */
export interface LazyPenalty<Batch = unknown> {
  readonly penalty: Penalty<Batch>;
  /** Steps from one update to the next. */
  readonly every: number;
}
