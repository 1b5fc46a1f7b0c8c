import type { Callback } from "../callback.ts";

/** A learning rate and the first step that used it. */
export interface LearningRateEntry {
  readonly step: number;
  readonly learningRate: number;
}

/** What {@link learningRateLog} gives. */
export interface LearningRateLog extends Callback {
  /** One entry for every change. */
  readonly entries: readonly LearningRateEntry[];
}

/**
 * Notes the first group's learning rate at every step where it is another than before.
 *
 * @example
 * const data = [{ inputs, targets }];
 * const log = learningRateLog();
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, callbacks: [log] });
 * log.entries.map(({ step }) => step); // => [1]
 */
export function learningRateLog(): LearningRateLog {
  let entries: readonly LearningRateEntry[] = [];
  return {
    get entries() {
      return entries;
    },
    onStep({ step, learningRate }) {
      if (entries.at(-1)?.learningRate !== learningRate)
        entries = [...entries, { step, learningRate }];
    },
    stateDict: () => entries,
    loadStateDict(state: readonly LearningRateEntry[]) {
      entries = state;
    },
  };
}
