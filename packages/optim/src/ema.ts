import { checkOptions } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkDecay } from "./check-options.ts";
import { WeightAverage } from "./weight-average.ts";

/** How long {@link EMA} remembers. */
export interface EmaOptions {
  /** Share of the average kept at each update. */
  decay: number;
}

/**
 * Exponential moving average of weights: smoother than the last step's, and better in GANs and
 * diffusion models.
 *
 * a = d a + (1 − d) θ at each update, from the weights at construction.
 *
 * Source: Polyak & Juditsky 1992, SIAM J. Control Optim. 30; Karras et al. 2018, arXiv:1710.10196.
 *
 * @throws {ArgumentError} unless `decay` is at least 0 and below 1, or without tensors.
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

  /** `averages`: where they are kept, beginning with the weights; tensors of their own unless given. */
  constructor(
    weights: Iterable<Tensor>,
    options: Partial<EmaOptions> = {},
    averages?: readonly Tensor[],
  ) {
    super("ema", weights, averages);
    const { decay = 0.999 } = checkOptions("ema", options, { decay: "number" });
    checkDecay("ema", "decay", decay);
    this.#decay = decay;
  }

  protected share(): number {
    return 1 - this.#decay;
  }
}
