import { ArrayDataset, DataLoader } from "@dl/data";
import { crossEntropy, Dropout, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam, clipGradNorm, cosineSchedule, Scheduler } from "@dl/optim";
import { Generator, type Tensor } from "@dl/tensor";
import {
  Accuracy,
  supervised,
  Trainer,
  type FitOptions,
  type Metrics,
  type SupervisedBatch,
} from "../src/index.ts";

/** A trainer from the options that `fit` takes. */
export function trainerOf(
  model: Sequential,
  { loss, optimizer, clip, metrics, ...rest }: FitOptions<SupervisedBatch, Metrics>,
): Trainer<SupervisedBatch> {
  const learning = { loss: loss!, optimizer, ...(clip && { clip }), ...(metrics && { metrics }) };
  return new Trainer<SupervisedBatch>(supervised(model, learning), rest);
}

/** Points in the plane; the class says on which side of a line they are. */
export function points(count: number, seed = 1): ArrayDataset {
  const random = new Generator(seed).words(2 * count);
  const inputs = Float32Array.from(random, (word) => word / 2 ** 31 - 1);
  const targets = Int32Array.from({ length: count }, (_, i) =>
    Number(inputs[2 * i]! > inputs[2 * i + 1]!),
  );
  return new ArrayDataset({
    inputs: { data: inputs, shape: [count, 2] },
    targets: { data: targets, shape: [count] },
  });
}

export const loaderOf = (): DataLoader =>
  new DataLoader(points(70), { batchSize: 16, shuffle: true, seed: 3 });

export function classifier(): Sequential {
  const generator = new Generator(2);
  return new Sequential(
    new Linear(2, 16, { generator }),
    new ReLU(),
    new Dropout(0.2),
    new Linear(16, 2, { generator }),
  );
}

export async function weights(model: Sequential): Promise<number[][]> {
  return await Promise.all(model.parameters().map(async (x) => Array.from(await x.data())));
}

/** Everything at once: dropout, momentum, two schedules, metrics, order. */
export function everything(
  model: Sequential,
  more: Partial<FitOptions<SupervisedBatch, Metrics>> = {},
): FitOptions<SupervisedBatch, Metrics> {
  const optimizer = new Adam(model.parameters(), { learningRate: 0.02 });
  return {
    loss: crossEntropy,
    optimizer,
    data: loaderOf(),
    epochs: 4,
    validation: new DataLoader(points(40, 9), { batchSize: 40 }),
    metrics: { accuracy: new Accuracy() },
    schedule: new Scheduler(optimizer, cosineSchedule({ steps: 20 })),
    clip: (parameters: readonly Tensor[]) => clipGradNorm(parameters, 1),
    ...more,
  } as FitOptions<SupervisedBatch, Metrics>;
}
