import type { SampleOptions } from "@dl/distributions";
import type { Tensor } from "@dl/tensor";

/**
 * Whatever can make samples: a network fed with noise, a decoder with a sampler, a mixture, a network
 * with a normal head.
 */
export interface GenerativeModel {
  /** So many samples, [count, ...sample]; no gradient passes through. */
  sample(count: number, options?: SampleOptions): Tensor;
  /** Log-density of each sample, in nats, where it is known: [count, ...sample] → [count]. */
  logProb?(x: Tensor): Tensor;
}
