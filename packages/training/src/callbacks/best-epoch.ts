import type { OptionKinds } from "@dl/backend";
import { monitored, type EpochReport, type Monitor } from "../reports.ts";

/** Which epochs are better than others. */
export interface JudgeOptions {
  /** The figure that counts, of the validation or, without one, of the training. Default "loss". */
  readonly monitor?: Monitor;
  /** Whether a smaller or a larger figure is better. Default "min". */
  readonly mode?: "min" | "max";
}

export const judgeKinds: OptionKinds<JudgeOptions> = {
  monitor: "string|function",
  mode: '"min"|"max"',
};

/** The best figure so far and the epoch that had it. */
export interface BestState {
  readonly best: number;
  /** 0 before the first. */
  readonly epoch: number;
}

/** Finds the best epoch. */
export class BestEpoch {
  readonly #op: string;
  readonly #monitor: Monitor;
  readonly #sign: 1 | -1;
  readonly #leastChange: number;
  state: BestState;

  constructor(op: string, { monitor = "loss", mode = "min" }: JudgeOptions, leastChange = 0) {
    this.#op = op;
    this.#monitor = monitor;
    this.#sign = mode === "min" ? 1 : -1;
    this.#leastChange = leastChange;
    this.state = { best: this.#sign * Infinity, epoch: 0 };
  }

  /** Whether this epoch is the best so far, by more than the least change that counts; NaN is not. */
  judge(epoch: EpochReport): boolean {
    const figure = monitored(this.#op, this.#monitor, epoch);
    const gain = this.#sign * (this.state.best - figure);
    if (!(gain > this.#leastChange)) return false;
    this.state = { best: figure, epoch: epoch.epoch };
    return true;
  }
}
