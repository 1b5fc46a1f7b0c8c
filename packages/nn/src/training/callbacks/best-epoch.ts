import type { OptionKinds } from "@dl/backend";
import type { EpochReport } from "../reports.ts";

/** Which epochs are better than others. */
export interface JudgeOptions {
  /** The figure that counts; the validation loss unless said, or the loss without validation. */
  readonly monitor?: (epoch: EpochReport) => number;
  /** Whether a smaller or a larger figure is better. Default "min". */
  readonly mode?: "min" | "max";
}

export const judgeKinds: OptionKinds<JudgeOptions> = { monitor: "function", mode: '"min"|"max"' };

/** The best figure so far and the epoch that had it. */
export interface BestState {
  readonly best: number;
  /** 0 before the first. */
  readonly epoch: number;
}

/** Finds the best epoch. */
export class BestEpoch {
  readonly #monitor: (epoch: EpochReport) => number;
  readonly #sign: 1 | -1;
  readonly #leastChange: number;
  state: BestState;

  constructor({ monitor = validationLoss, mode = "min" }: JudgeOptions, leastChange = 0) {
    this.#monitor = monitor;
    this.#sign = mode === "min" ? 1 : -1;
    this.#leastChange = leastChange;
    this.state = { best: this.#sign * Infinity, epoch: 0 };
  }

  /** Whether this epoch is the best so far, by more than the least change that counts; NaN is not. */
  judge(epoch: EpochReport): boolean {
    const figure = this.#monitor(epoch);
    const gain = this.#sign * (this.state.best - figure);
    if (!(gain > this.#leastChange)) return false;
    this.state = { best: figure, epoch: epoch.epoch };
    return true;
  }
}

const validationLoss = (epoch: EpochReport): number => epoch.validation?.loss ?? epoch.loss;
