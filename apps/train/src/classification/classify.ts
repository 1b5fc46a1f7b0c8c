import { DataLoader, type Dataset } from "@dl/data";
import { crossEntropy, type Sequential } from "@dl/nn";
import { Generator } from "@dl/tensor";
import {
  Accuracy,
  ConfusionMatrix,
  evaluate,
  inEvaluation,
  type ConfusionCounts,
} from "@dl/training";
import { optimizers, type Optimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import type { Digits } from "../pictures/drawn-digits.ts";
import { loadDigits } from "../pictures/load-digits.ts";
import type { Trained } from "../saved/trained.ts";
import type { Learner, Run, Task } from "../task.ts";
import { note } from "../terminal.ts";
import { confusionText } from "./confusion.ts";
import { curvesText } from "./curves.ts";
import { digitsText } from "./digits-text.ts";
import { drawGraph } from "./graph-drawing.ts";
import { models } from "./models.ts";
import { Predictions } from "./predictions.ts";
import { train, type Training } from "./training.ts";

/** Learning to read digits. */
export async function classification(
  model: keyof typeof models,
  options: TrainOptions,
): Promise<Task> {
  const digits = await loadDigits(options);
  return {
    pictures: digits,
    build() {
      const network = models[model](new Generator(options.seed));
      const parameters = network.parameters();
      const optimizer = optimizers[options.optimizer](parameters, options.learningRate);
      return {
        parameters,
        trained: readerOf(network),
        shapes: { shape: digitShape },
        learn: (run) => learn(network, optimizer, digits, options, run),
      };
    },
  };
}

/** What the networks read. */
const digitShape = [1, 28, 28] as const;

/** A network with what it can do. */
export const readerOf = (network: Sequential): Trained => ({
  module: network,
  uses: {
    read: (pictures) => inEvaluation("train", { model: network }, () => network.forward(pictures)),
  },
});

async function learn(
  model: Sequential,
  optimizer: Optimizer,
  digits: Digits,
  options: TrainOptions,
  run: Run,
): ReturnType<Learner["learn"]> {
  const { say, paint, signal, output } = run;
  const training: Training = { seen: 0, losses: [], accuracies: [] };
  if (options.graph !== undefined) await drawGraph(options.graph, model, digits.train);
  const started = performance.now();
  await train(model, optimizer, digits.train, { ...options, kept: options, run }, training);
  const end = note(output, signal.aborted ? "" : `testing on ${digits.test.length} digits ...`);
  const result = await test(model, digits.test, signal);
  end();
  if (result === undefined) {
    const isTrained = training.seen === options.epochs * digits.train.length;
    say(isTrained ? "Stopped while testing." : `Stopped after ${training.seen} examples.`);
    return undefined;
  }
  const seconds = (performance.now() - started) / 1000;
  const testAccuracy = result.accuracy;
  say(curvesText(training, run.width));
  say(`\n${digitsText(digits.test, result.predictions, run)}`);
  say(`\n${confusionText(result.confusion, paint)}`);
  say(
    `\n${paint("bold", `test accuracy ${(100 * testAccuracy).toFixed(2)} %`)} after ${seconds.toFixed(1)} s of training and testing`,
  );
  return { testAccuracy, seconds: Number(seconds.toFixed(2)) };
}

/** How well the model reads digits it never saw; `undefined` when the signal stopped it. */
async function test(
  model: Sequential,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<
  { accuracy: number; predictions: readonly number[]; confusion: ConfusionCounts } | undefined
> {
  const metrics = {
    accuracy: new Accuracy(),
    predictions: new Predictions(),
    confusion: new ConfusionMatrix(10),
  };
  const data = new DataLoader(dataset, { batchSize: 256 });
  try {
    return await evaluate(model, { loss: crossEntropy, data, metrics, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  }
}
