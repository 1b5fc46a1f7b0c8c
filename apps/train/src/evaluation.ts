import { noGrad } from "@dl/autograd";
import { DataLoader, type Dataset } from "@dl/data";
import type { Sequential } from "@dl/nn";
import { nextTask } from "./next-task.ts";

export interface Evaluation {
  /** Share of right answers. */
  readonly accuracy: number;
  /** Row: true class; column: predicted class. */
  readonly confusion: readonly (readonly number[])[];
  /** Predicted class of each example, in the dataset's order. */
  readonly predictions: readonly number[];
}

const classes = 10;
const batchSize = 256;

/** Predictions for a whole dataset; `undefined` when the signal stopped it. */
export async function evaluate(
  model: Sequential,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<Evaluation | undefined> {
  model.eval();
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const predictions: number[] = [];
  let right = 0;
  for (const { inputs, targets } of new DataLoader(dataset, { batchSize })) {
    await nextTask();
    if (signal.aborted) return undefined;
    const predicted = await noGrad(() => model.forward(inputs).argmax(1)).data();
    const expected = await targets.data();
    predicted.forEach((label: number, i: number) => {
      confusion[expected[i]!]![label]!++;
      if (label === expected[i]) right++;
      predictions.push(label);
    });
  }
  return { accuracy: right / dataset.length, confusion, predictions };
}
