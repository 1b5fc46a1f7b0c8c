import { DlError, InternalError } from "@dl/backend";
import { DataLoader, type Dataset } from "@dl/data";
import { crossEntropy, type Sequential } from "@dl/nn";
import { configure, Generator } from "@dl/tensor";
import { Accuracy, ConfusionMatrix, evaluate, type ConfusionCounts } from "@dl/training";
import { confusionText } from "./confusion.ts";
import { curvesText } from "./curves.ts";
import { drawGraph } from "./graph-drawing.ts";
import { loadDigits } from "./load-digits.ts";
import { models } from "./models.ts";
import { openBackend } from "./open-backend.ts";
import { optimizers } from "./optimizers.ts";
import { help, parseOptions, type TrainOptions } from "./options.ts";
import { digitsText } from "./pictures.ts";
import { Predictions } from "./predictions.ts";
import { columnsOf, hasColor, note, painter, type Output } from "./terminal.ts";
import { train, type Training } from "./training.ts";
import { UsageError } from "./usage-error.ts";

export interface Outputs {
  readonly stdout: Output;
  readonly stderr: Output;
}

const usageExitCode = 2;
/** What a shell reports for a program ended by Ctrl-C. */
export const interruptedExitCode = 130;

/** The whole program; returns its exit code. Mistakes of the user's are told in one line. */
export async function runTrainer(
  args: readonly string[],
  signal: AbortSignal,
  outputs: Outputs = process,
): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options !== "help") return await learn(options, signal, outputs);
    outputs.stdout.write(help);
    return 0;
  } catch (error) {
    const isMistake = error instanceof UsageError || error instanceof DlError;
    if (!isMistake || error instanceof InternalError) throw error;
    outputs.stderr.write(`${error.message}\n`);
    return usageExitCode;
  }
}

async function learn(
  options: TrainOptions,
  signal: AbortSignal,
  { stdout, stderr }: Outputs,
): Promise<number> {
  const out = options.json ? stderr : stdout;
  const isColored = hasColor(out);
  const width = columnsOf(out);
  const paint = painter(isColored);
  const say = (text: string): void => void out.write(`${text}\n`);

  const digits = await loadDigits(options);
  const backend = await openBackend(options.backend, say);
  configure({ backend });
  const model = models[options.model](new Generator(options.seed));
  const parameters = model.parameters();
  const optimizer = optimizers[options.optimizer](parameters, options.learningRate);
  const weights = parameters.reduce((sum, { elementCount }) => sum + elementCount, 0);
  say(backend.info);
  say(
    `${options.model} on ${backend.name}: ${weights} weights, ${options.optimizer}, learning rate ${options.learningRate}, batches of ${options.batchSize}`,
  );
  say(`${digits.name}: ${digits.train.length} to learn from, ${digits.test.length} to test on\n`);

  const training: Training = { seen: 0, losses: [], accuracies: [] };
  try {
    if (options.graph !== undefined) await drawGraph(options.graph, model, digits.train);
    const started = performance.now();
    await train(model, optimizer, digits.train, { ...options, signal, output: out }, training);
    const end = note(out, signal.aborted ? "" : `testing on ${digits.test.length} digits ...`);
    const result = await test(model, digits.test, signal);
    end();
    if (result === undefined) {
      const isTrained = training.seen === options.epochs * digits.train.length;
      say(isTrained ? "Stopped while testing." : `Stopped after ${training.seen} examples.`);
      return interruptedExitCode;
    }
    const seconds = (performance.now() - started) / 1000;
    const testAccuracy = result.accuracy;
    say(curvesText(training, width));
    say(`\n${digitsText(digits.test, result.predictions, { width, isColored })}`);
    say(`\n${confusionText(result.confusion, paint)}`);
    say(
      `\n${paint("bold", `test accuracy ${(100 * testAccuracy).toFixed(2)} %`)} after ${seconds.toFixed(1)} s of training and testing`,
    );
    if (options.json)
      stdout.write(
        `${JSON.stringify({ testAccuracy, seconds: Number(seconds.toFixed(2)), backend: backend.name })}\n`,
      );
    return 0;
  } finally {
    await backend.dispose();
  }
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
