import { checkOptions, realPower } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkDecay, checkNonNegative } from "./check-options.ts";
import { WeightAverage } from "./weight-average.ts";

/** How long {@link EMA} remembers. */
export interface EmaOptions {
  /** Share of the average kept at each update. Default 0.999. */
  decay: number;
  /**
   * Half-life of the average as a share of the updates so far, where that is shorter than `decay`'s:
   * the first weights are soon forgotten. Default 0: none.
   */
  rampUp?: number;
}

/**
 * Exponential moving average of weights: smoother than the last step's, and better in GANs and
 * diffusion models.
 *
 * a = d a + (1 − d) θ at each update, from the weights at construction; with `rampUp` r the n-th has
 * min(d, 2^(−1 / (r n))) for d.
 *
 * Source: Polyak & Juditsky 1992, SIAM J. Control Optim. 30; Karras et al. 2018, arXiv:1710.10196; `rampUp`
 * 0.05: Karras et al. 2020, arXiv:2006.06676, the authors' code.
 *
 * @throws {ArgumentError} unless `decay` is at least 0 and below 1 and `rampUp` at least 0, or without
 * tensors.
 * @example
 * const x = tensor([0, 0]);
 * const average = new EMA([x], { decay: 0.5 });
 * x.assign(tensor([2, 4])); // a training step
 * average.update();
 * average.apply();
 * await x.toArray(); // => [1, 2]
 */
export class EMA extends WeightAverage {
  readonly #decay: number;
  readonly #rampUp: number;

  /** `averages`: where they are kept, beginning with the weights; tensors of their own unless given. */
  constructor(
    weights: Iterable<Tensor>,
    options: Partial<EmaOptions> = {},
    averages?: readonly Tensor[],
  ) {
    super("ema", weights, averages);
    const kinds = { decay: "number", rampUp: "number" } as const;
    const { decay = 0.999, rampUp = 0 } = checkOptions("ema", options, kinds);
    checkDecay("ema", "decay", decay);
    checkNonNegative("ema", "rampUp", rampUp);
    this.#decay = decay;
    this.#rampUp = rampUp;
  }

  protected share(updateCount: number): number {
    if (this.#rampUp === 0) return 1 - this.#decay;
    return 1 - Math.min(this.#decay, realPower(0.5, 1 / (this.#rampUp * updateCount)));
  }
}
