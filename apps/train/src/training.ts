import { noGrad } from "@dl/autograd";
import { DataLoader, type Dataset } from "@dl/data";
import { crossEntropy, type Sequential } from "@dl/nn";
import { compile, type Tensor } from "@dl/tensor";
import { MovingAverage } from "./moving-average.ts";
import { nextTask } from "./next-task.ts";
import type { Optimizer } from "./optimizers.ts";
import { UsageError } from "./usage-error.ts";

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

/**
 * Minibatch training with cross-entropy; the learning rate falls to 0 in a straight line. Stops
 * between two steps when the signal asks for it.
 *
 * @throws {UsageError} if the loss is no longer a number.
 */
export async function train(
  model: Sequential,
  optimizer: Optimizer,
  dataset: Dataset,
  { epochs, batchSize, seed, signal, onProgress }: TrainingSettings,
): Promise<void> {
  const loader = new DataLoader(dataset, { batchSize, shuffle: true, seed });
  const averageLoss = new MovingAverage();
  const averageAccuracy = new MovingAverage();
  const firstLearningRate = optimizer.learningRate;
  const total = epochs * dataset.length;
  const started = performance.now();
  let seen = 0;
  model.train();
  const step = compile((inputs: Tensor, targets: Tensor) => {
    const logits = model.forward(inputs);
    const batchLoss = crossEntropy(logits, targets);
    optimizer.zeroGrad();
    batchLoss.backward();
    optimizer.step();
    const right = noGrad(() => logits.detach().argmax(1).equal(targets).sum());
    return { batchLoss, right };
  });
  for (let epoch = 1; epoch <= epochs; epoch++)
    for (const { inputs, targets } of loader) {
      // A step on the CPU never leaves the microtasks; Ctrl-C arrives between the tasks of Node.
      await nextTask();
      if (signal.aborted) return;
      optimizer.learningRate = firstLearningRate * (1 - seen / total);
      const { batchLoss, right } = step(inputs, targets);
      const [loss, rightCount] = await Promise.all([batchLoss.item(), right.item()]);
      if (!Number.isFinite(loss))
        throw new UsageError(
          `training: the loss is ${loss} after ${seen} examples. Try a smaller --learning-rate.`,
        );
      averageLoss.add(loss);
      averageAccuracy.add(rightCount / targets.shape[0]!);
      seen += targets.shape[0]!;
      onProgress({
        epoch,
        epochs,
        seen,
        total,
        loss: averageLoss.value,
        accuracy: averageAccuracy.value,
        seconds: (performance.now() - started) / 1000,
      });
    }
}
