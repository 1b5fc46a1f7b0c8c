import { ArgumentError, checkOptions } from "@dl/backend";
import { checkCount, type StateDict } from "@dl/nn";
import type { Callback } from "../callback.ts";
import { trainingStepState } from "../trainer-state.ts";
import { BestEpoch, judgeKinds, type BestState, type JudgeOptions } from "./best-epoch.ts";

export interface EarlyStoppingOptions extends JudgeOptions {
  /** Epochs without improvement that are let pass. Default 3. */
  readonly patience?: number;
  /** How much better an epoch must be to count. Default 0. */
  readonly leastChange?: number;
  /** Give the networks the weights of the best epoch at the end. Default true. */
  readonly restoreBest?: boolean;
}

/** What {@link earlyStopping} must remember. */
export interface EarlyStoppingState extends BestState {
  /** Of every network, by name. */
  readonly weights: Readonly<Record<string, StateDict>> | undefined;
}

/**
 * Stops when the validation loss, or another figure, has not improved for more than `patience`
 * epochs, and puts the best weights back.
 *
 * Source: Prechelt 1998, "Early stopping - but when?", in the form with patience.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const data = [{ inputs, targets }];
 * const callbacks = [earlyStopping({ monitor: () => 1, patience: 2 })];
 * const history = await fit(model, { loss: crossEntropy, optimizer, data, epochs: 50, callbacks });
 * history.length; // => 4
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const {
    patience = 3,
    leastChange = 0,
    restoreBest = true,
  } = checkOptions("earlyStopping", options, {
    ...judgeKinds,
    patience: "number",
    leastChange: "number",
    restoreBest: "boolean",
  });
  checkCount("earlyStopping", "patience", patience, 0);
  if (!(leastChange >= 0))
    throw new ArgumentError(
      "earlyStopping",
      `leastChange must be at least 0: received ${leastChange}.`,
      {
        received: leastChange,
      },
    );
  const best = new BestEpoch("earlyStopping", options, leastChange);
  let weights: EarlyStoppingState["weights"];
  return {
    onEpoch(epoch, run) {
      if (best.judge(epoch))
        weights = restoreBest ? trainingStepState(run.trainingStep).modules : undefined;
      else if (epoch.epoch - best.state.epoch > patience) run.stop();
    },
    onEnd(run, end) {
      // A training that was cut short goes on from where it was.
      if (weights === undefined || end === "failed") return;
      for (const [name, network] of Object.entries(run.trainingStep.modules))
        network.loadStateDict(weights[name]!);
    },
    stateDict: (): EarlyStoppingState => ({ ...best.state, weights }),
    loadStateDict(state: EarlyStoppingState) {
      best.state = { best: state.best, epoch: state.epoch };
      weights = state.weights;
    },
  };
}
