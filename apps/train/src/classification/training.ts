import { DataLoader, type Dataset } from "@dl/data";
import { crossEntropy, type Sequential } from "@dl/nn";
import { lambdaSchedule, Scheduler } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import {
  accuracy,
  progressLine,
  supervised,
  type Callback,
  type SupervisedBatch,
  type TrainingStep,
} from "@dl/training";
import type { Optimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import { keptTraining } from "../saved/kept-training.ts";
import type { Run } from "../task.ts";
import { watchLoss } from "../watch-loss.ts";

export interface TrainingSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Where and how its state is kept. */
  readonly kept: Pick<TrainOptions, "save" | "resume" | "every">;
  readonly run: Run;
}

/** How a training went. */
export interface Training {
  /** Examples learnt from, of all epochs. */
  seen: number;
  /** Of each step. */
  readonly losses: number[];
  readonly accuracies: number[];
}

/** Learning to name what a picture shows. */
function classification(model: Sequential, optimizer: Optimizer): TrainingStep<SupervisedBatch> {
  return supervised(model, {
    optimizer,
    forwardPass({ inputs, targets }: SupervisedBatch) {
      const logits = model.forward(inputs);
      return {
        loss: crossEntropy(logits, targets),
        scalars: { accuracy: accuracy(logits, targets) },
      };
    },
  });
}

/**
 * Minibatch training with cross-entropy; the learning rate falls to 0 in a straight line. Stops
 * between two steps when the signal asks for it; `training` then tells how far it came.
 *
 * @throws {UsageError} if the loss is no longer a number.
 */
export async function train(
  model: Sequential,
  optimizer: Optimizer,
  dataset: Dataset,
  { epochs, batchSize, seed, kept, run }: TrainingSettings,
  training: Training = { seen: 0, losses: [], accuracies: [] },
): Promise<Training> {
  const data = new DataLoader(dataset, { batchSize, shuffle: true, seed });
  const total = epochs * dataset.length;
  const seenAfter = (step: number): number =>
    Math.floor(step / data.length) * dataset.length + (step % data.length) * batchSize;
  const schedule = new Scheduler(
    optimizer,
    lambdaSchedule((step) => Math.max(0, 1 - seenAfter(step) / total)),
  );
  const callbacks = [
    watchLoss(() => training.seen),
    notes(training),
    progressLine(run.output, {
      unit: "examples",
      linesPerEpoch: 4,
      figures: ({ loss, accuracy: share }) =>
        loss === undefined || share === undefined
          ? []
          : [`loss ${loss.toFixed(3)}`, `accuracy ${(100 * share).toFixed(1).padStart(4)} %`],
    }),
  ];
  try {
    const step = classification(model, optimizer);
    await keptTraining(step, { data, epochs, schedule, callbacks }, kept, run);
  } catch (error) {
    if (!run.signal.aborted) throw error;
  }
  return training;
}

/** Notes how it goes, step by step; read when there is time. */
function notes(training: Training): Callback {
  let unread: Readonly<Record<string, Tensor | undefined>>[] = [];
  const read = async (): Promise<void> => {
    const steps = unread;
    unread = [];
    for (const { loss, accuracy: share } of steps) {
      training.losses.push(await loss!.item());
      training.accuracies.push(await share!.item());
    }
  };
  return {
    onStep({ samples, scalars }) {
      training.seen += samples;
      unread.push(scalars);
    },
    onEpoch: read,
    onEnd: read,
    stateDict: () => ({ ...structuredClone(training), unread }),
    loadStateDict(state: Training & { unread: typeof unread }) {
      training.seen = state.seen;
      training.losses.splice(0, Infinity, ...state.losses);
      training.accuracies.splice(0, Infinity, ...state.accuracies);
      unread = [...state.unread];
    },
  };
}
