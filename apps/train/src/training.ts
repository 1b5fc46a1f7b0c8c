import { noGrad } from "@dl/autograd";
import { DataLoader, type Dataset } from "@dl/data";
import { crossEntropy, type Sequential } from "@dl/nn";
import { MovingAverage } from "./moving-average.ts";
import type { Optimizer } from "./optimizers.ts";

export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Examples seen, of all epochs. */
  readonly seen: number;
  readonly total: number;
  readonly loss: number;
  /** Share of right answers over the last steps. */
  readonly accuracy: number;
  readonly seconds: number;
}

export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainingProgress) => void;
}

/** Minibatch training with cross-entropy; stops between two steps when the signal asks for it. */
export async function train(
  model: Sequential,
  optimizer: Optimizer,
  dataset: Dataset,
  { epochs, batchSize, seed, signal, onProgress }: TrainingSettings,
): Promise<void> {
  const loader = new DataLoader(dataset, { batchSize, shuffle: true, seed });
  const loss = new MovingAverage();
  const accuracy = new MovingAverage();
  const started = performance.now();
  let seen = 0;
  model.train();
  for (let epoch = 1; epoch <= epochs; epoch++)
    for (const { inputs, targets } of loader) {
      if (signal.aborted) return;
      const logits = model.forward(inputs);
      const batchLoss = crossEntropy(logits, targets);
      optimizer.zeroGrad();
      batchLoss.backward();
      optimizer.step();
      const right = noGrad(() => logits.detach().argmax(1).equal(targets).sum());
      loss.add(await batchLoss.item());
      accuracy.add((await right.item()) / targets.shape[0]!);
      seen += targets.shape[0]!;
      onProgress({
        epoch,
        epochs,
        seen,
        total: epochs * dataset.length,
        loss: loss.value,
        accuracy: accuracy.value,
        seconds: (performance.now() - started) / 1000,
      });
    }
}
