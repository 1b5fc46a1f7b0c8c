import { checkOptions } from "@dl/backend";
import { checkCount } from "@dl/nn";
import type { Callback } from "../callback.ts";
import type { EpochReport } from "../reports.ts";
import type { TrainerState } from "../trainer-state.ts";
import { BestEpoch, judgeKinds, type BestState, type JudgeOptions } from "./best-epoch.ts";

/** Where a state is to be kept: in a file, in storage of the browser, in a variable. */
export type KeepState = (state: TrainerState, epoch: EpochReport) => void | Promise<void>;

export interface CheckpointOptions extends JudgeOptions {
  /** Given the whole state after every epoch that is the best so far. */
  readonly best?: KeepState;
  /** Given the whole state after every epoch, or every few. */
  readonly last?: KeepState;
  /** Epochs from one `last` to the next. Default 1. */
  readonly every?: number;
}

/**
 * Hands over the training's state after an epoch, when all other callbacks have seen the epoch: the
 * best one so far, the last one, or both.
 *
 * @throws {ArgumentError} unless `every` is a whole number of at least 1.
 * @example
 * const data = [{ inputs, targets }];
 * let kept;
 * const callbacks = [checkpoints({ last: (state) => void (kept = state) })];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, callbacks });
 * kept.step; // => 2
 */
export function checkpoints(options: CheckpointOptions): Callback {
  const {
    best,
    last,
    every = 1,
  } = checkOptions("checkpoints", options, {
    ...judgeKinds,
    best: "function",
    last: "function",
    every: "number",
  });
  checkCount("checkpoints", "every", every);
  const judge = new BestEpoch("checkpoints", options);
  return {
    async afterEpoch(epoch, run) {
      const isBest = judge.judge(epoch);
      const isLast = epoch.epoch % every === 0 || epoch.epoch === run.epochs;
      if (isBest) await best?.(run.stateDict(), epoch);
      if (isLast) await last?.(run.stateDict(), epoch);
    },
    stateDict: (): BestState => judge.state,
    loadStateDict(state: BestState) {
      judge.state = state;
    },
  };
}
