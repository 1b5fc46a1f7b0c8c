import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, Generator } from "@dl/tensor";
import { evaluate } from "./evaluation.ts";
import { loadDigits } from "./load-digits.ts";
import { models } from "./models.ts";
import { optimizers } from "./optimizers.ts";
import { help, parseOptions, type BackendName } from "./options.ts";
import { confusionText, digitsText } from "./pictures.ts";
import { ProgressLine } from "./progress-line.ts";
import { train } from "./training.ts";

const backends: { readonly [Name in BackendName]: () => Promise<Backend> } = {
  cpu: () => cpu(),
  reference: () => Promise.resolve(reference()),
};

/** What a shell reports for a program ended by Ctrl-C. */
const interruptedExitCode = 130;

/** The whole program; returns its exit code. Mistakes of the user's are thrown. */
export async function runTrainer(args: readonly string[], signal: AbortSignal): Promise<number> {
  const options = parseOptions(args);
  if (options === "help") {
    process.stdout.write(help);
    return 0;
  }
  const out = options.json ? process.stderr : process.stdout;
  const say = (text: string): void => void out.write(`${text}\n`);
  const digits = await loadDigits(options);
  const backend = await backends[options.backend]();
  configure({ backend });
  const model = models[options.model](new Generator(options.seed));
  const parameters = model.parameters();
  const optimizer = optimizers[options.optimizer](parameters, options.learningRate);
  const weights = parameters.reduce((sum, parameter) => sum + parameter.elementCount, 0);
  say(`${options.model}, ${weights} weights, on ${backend.name}: ${backend.info}`);
  say(`${digits.name}: ${digits.train.length} to learn from, ${digits.test.length} to be tested on`);

  const started = performance.now();
  const line = new ProgressLine(out);
  await train(model, optimizer, digits.train, {
    epochs: options.epochs,
    batchSize: options.batchSize,
    seed: options.seed,
    signal,
    onProgress: (progress) => line.show(progress),
  });
  line.end();
  const result = signal.aborted ? undefined : await evaluate(model, digits.test, signal);
  if (result === undefined) {
    say("Stopped.");
    return interruptedExitCode;
  }
  const seconds = (performance.now() - started) / 1000;
  say(`\n${digitsText(digits.test, result.predictions, out.isTTY && out.getColorDepth() >= 8)}`);
  say(`\n${confusionText(result.confusion)}`);
  say(
    `\ntest accuracy ${(100 * result.accuracy).toFixed(2)} % after ${seconds.toFixed(1)} s of training and testing`,
  );
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ testAccuracy: result.accuracy, seconds: Number(seconds.toFixed(2)), backend: backend.name })}\n`,
    );
  await backend.dispose();
  return 0;
}
