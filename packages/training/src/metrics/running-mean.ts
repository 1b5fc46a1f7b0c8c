import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { TotalState } from "./metric.ts";
import { Total } from "./total.ts";

/**
 * The mean of a number per batch, each weighed by its batch's size: of a loss, mostly.
 *
 * Σ weight · value / Σ weight, summed on the device in the values' own type.
 *
 * @example
 * const mean = new RunningMean();
 * mean.update(tensor(1), 64);
 * mean.update(tensor(4), 32);
 * await mean.value(); // => 2
 */
export class RunningMean {
  readonly #total = new Total();

  /**
   * Counts one more value.
   *
   * @throws {ArgumentError} unless the value is a scalar and the weight a finite number of at least 0.
   */
  update(value: Tensor, weight = 1): void {
    if (value.elementCount !== 1 || !(weight >= 0 && weight < Infinity))
      throw new ArgumentError(
        "runningMean",
        `needs a scalar and a finite weight of at least 0: received shape [${value.shape.join(", ")}] and weight ${weight}. Reduce the value first, e.g. with mean().`,
        { received: value.shape },
      );
    this.#total.add(() => value.reshape([]).mul(weight), weight);
  }

  /** NaN before the first value. */
  value(): Promise<number> {
    return this.#total.mean();
  }

  /** Forgets what was counted. */
  reset(): void {
    this.#total.reset();
  }

  /** What was counted so far, to continue from later. */
  stateDict(): TotalState {
    return this.#total.state;
  }

  /** Takes back what `stateDict` gave. */
  loadStateDict(state: TotalState): void {
    this.#total.state = state;
  }
}
