import { noGrad } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { DataLoader, loadMnist, subset, type Dataset } from "@dl/data";
import { crossEntropy, type Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { compile, Generator, type Tensor } from "@dl/tensor";
import { smallCnn } from "./training.ts";

/** What decides how long it takes; the peer is told the same numbers. */
export interface AccuracyParams {
  readonly seed: number;
  readonly batch: number;
  /** Share of right answers on the test set. */
  readonly target: number;
  readonly epochs: number;
  /** Falls from here to 0 in a straight line over all steps. */
  readonly learningRate: number;
  /** Steps from one look at the test set to the next. */
  readonly evaluateEvery: number;
  /** Images of the training set that are used, all when absent. */
  readonly images?: number;
}

export interface AccuracyResult {
  /** From the first batch to the evaluation that met the target; reading the files is left out. */
  readonly ns: number;
  readonly steps: number;
  /** Of the last evaluation: below the target if it was never met. */
  readonly accuracy: number;
}

const testBatch = 1000;

/**
 * Trains the `cnn` network on MNIST until it is right about a share of the test set.
 *
 * `folder` has the four files of MNIST as they are published.
 */
export async function trainToAccuracy(
  backend: Backend,
  folder: string,
  params: AccuracyParams,
): Promise<AccuracyResult> {
  const [training, test] = await Promise.all([read(folder, "train"), read(folder, "t10k")]);
  const { seed, batch, target, epochs, learningRate, evaluateEvery } = params;
  const model = smallCnn({ backend, dtype: "float32", generator: new Generator(seed) });
  const optimizer = new Adam(model.parameters(), { learningRate });
  const update = compile((inputs: Tensor, targets: Tensor) => {
    const loss = crossEntropy(model.forward(inputs), targets);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const count = params.images ?? training.length;
  const used = subset(
    training,
    Array.from({ length: count }, (_, i) => i),
  );
  const loader = new DataLoader(used, { batchSize: batch, shuffle: true, seed, dropLast: true });
  const allSteps = epochs * loader.length;
  const started = performance.now();
  let [steps, accuracy] = [0, 0];
  const result = (): AccuracyResult => {
    const ns = Math.round((performance.now() - started) * 1e6);
    return { ns, steps, accuracy };
  };
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const { inputs, targets } of loader) {
      optimizer.learningRate = learningRate * (1 - steps / allSteps);
      await update(inputs, targets).item();
      steps++;
      if (steps % evaluateEvery !== 0) continue;
      accuracy = await accuracyOf(model, test);
      if (accuracy >= target) return result();
    }
  return result();
}

async function accuracyOf(model: Sequential, test: Dataset): Promise<number> {
  let right = 0;
  for (const { inputs, targets } of new DataLoader(test, { batchSize: testBatch })) {
    const hits = noGrad(() => model.forward(inputs).argmax(1).equal(targets).sum());
    right += await hits.item();
  }
  return right / test.length;
}

async function read(folder: string, part: "train" | "t10k"): Promise<Dataset> {
  const { readFile } = await import("node:fs/promises");
  const file = (name: string): Promise<Uint8Array> =>
    readFile(`${folder}/${part}-${name}-ubyte.gz`);
  const [images, labels] = await Promise.all([file("images-idx3"), file("labels-idx1")]);
  return loadMnist({ images, labels });
}
