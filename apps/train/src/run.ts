import { DlError, InternalError } from "@dl/backend";
import { configure, manualSeed } from "@dl/tensor";
import { interruptedExitCode, usageExitCode } from "./exit-codes.ts";
import { help } from "./help.ts";
import { openBackend } from "./open-backend.ts";
import { parseOptions, type TrainOptions } from "./options.ts";
import { taskOf } from "./tasks.ts";
import { columnsOf, hasColor, painter, type Outputs } from "./terminal.ts";
import { isCommand, runCommand } from "./saved/commands.ts";
import { recorderOf, saveRun } from "./saved/run-record.ts";
import { keepSettings, resumedArgs } from "./saved/settings.ts";
import { verify } from "./saved/verify.ts";
import { exportWeights, loadWeights } from "./saved/weights-file.ts";
import { UsageError } from "./usage-error.ts";

/** The whole program; returns its exit code. Mistakes of the user's are told in one line. */
export async function runTrainer(
  args: readonly string[],
  signal: AbortSignal,
  outputs: Outputs = process,
): Promise<number> {
  try {
    const [first = ""] = args;
    if (first === "verify") return await verify(args.slice(1), signal, outputs);
    if (isCommand(first)) return await runCommand(first, args.slice(1), signal, outputs);
    const given = parseOptions(args);
    if (given === "help") {
      outputs.stdout.write(help);
      return 0;
    }
    const whole = given.resume === undefined ? [...args] : await resumedArgs(given.resume, args);
    const options = parseOptions(whole) as TrainOptions;
    if (options.resume === undefined && options.save !== undefined)
      await keepSettings(options.save, args);
    return await learn(options, whole, signal, outputs);
  } catch (error) {
    const isMistake = error instanceof UsageError || error instanceof DlError;
    if (!isMistake || error instanceof InternalError) throw error;
    outputs.stderr.write(`${error.message}\n`);
    return usageExitCode;
  }
}

async function learn(
  options: TrainOptions,
  args: readonly string[],
  signal: AbortSignal,
  { stdout, stderr }: Outputs,
): Promise<number> {
  const output = options.json ? stderr : stdout;
  const isColored = hasColor(output);
  const say = (text: string): void => void output.write(`${text}\n`);

  const task = await taskOf(options);
  const backend = await openBackend(options.backend, say);
  configure({ backend });
  manualSeed(options.seed);
  try {
    const learner = task.build();
    const weights = learner.parameters.reduce((sum, { elementCount }) => sum + elementCount, 0);
    say(backend.info);
    say(
      `${options.model} on ${backend.name}: ${weights} weights, ${options.optimizer}, learning rate ${options.learningRate}, batches of ${options.batchSize}`,
    );
    const { name, train, test } = task.pictures;
    say(`${name}: ${train.length} to learn from, ${test.length} to test on\n`);
    if (options.load !== undefined) {
      await loadWeights(options.load, learner.trained);
      say(`begins with the weights of ${options.load}\n`);
    }
    const recorder =
      options.run === undefined ? undefined : await recorderOf(args, options, task.pictures);
    const figures = await learner.learn({
      output,
      say,
      paint: painter(isColored),
      isColored,
      width: columnsOf(output),
      signal,
      ...(recorder && { watch: recorder }),
    });
    if (recorder !== undefined && options.run !== undefined) {
      await saveRun(options.run, recorder);
      say(`run recorded in ${options.run}`);
    }
    if (figures === undefined) return interruptedExitCode;
    if (options.export !== undefined) {
      await exportWeights(options.export, learner.trained, {
        model: options.model,
        ...learner.shapes,
      });
      say(`weights written to ${options.export}`);
    }
    if (options.json) stdout.write(`${JSON.stringify({ ...figures, backend: backend.name })}\n`);
    return 0;
  } finally {
    await backend.dispose();
  }
}
