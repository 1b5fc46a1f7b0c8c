import { configure, manualSeed } from "@dl/tensor";
import { compareRun, dataFingerprint, openRun, type RunFile } from "@dl/training";
import { interruptedExitCode } from "../exit-codes.ts";
import { openBackend } from "../open-backend.ts";
import { parseOptions, type TrainOptions } from "../options.ts";
import { taskOf } from "../tasks.ts";
import { columnsOf, hasColor, painter, type Outputs } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { userPath } from "../user-path.ts";

const differsExitCode = 1;
/** Names of parts that are said. */
const mostNamed = 10;

/** Repeats a recorded run and compares; the exit code tells whether it came out the same. */
export async function verify(
  args: readonly string[],
  signal: AbortSignal,
  { stdout }: Outputs,
): Promise<number> {
  const [file, ...more] = args;
  if (file === undefined || more.length > 0 || file.startsWith("-"))
    throw new UsageError(
      `verify needs one file that --run wrote: received ${args.join(" ") || "none"}.`,
    );
  const say = (text: string): void => void stdout.write(`${text}\n`);
  // To read it, any backend will do; the run says on which it is repeated.
  configure({ backend: await openBackend("cpu", say) });
  const run = await openRun(userPath(file));
  const options = optionsOf(run);
  say(`${run.description.program}\n`);
  const task = await taskOf(options);
  const data = await dataFingerprint(task.pictures.train);
  if (data !== run.description.data) {
    say(`The data are others: ${data}, recorded ${run.description.data}.`);
    return differsExitCode;
  }
  const backend = await openBackend(options.backend, say);
  configure({ backend });
  manualSeed(options.seed);
  try {
    const comparison = compareRun(run, 0);
    const done = new AbortController();
    const last = run.steps.at(-1)?.step ?? 0;
    await task.build().learn({
      output: stdout,
      say: () => {},
      paint: painter(hasColor(stdout)),
      isColored: hasColor(stdout),
      width: columnsOf(stdout),
      signal: AbortSignal.any([signal, done.signal]),
      watch: {
        ...comparison.callback,
        async afterStep(step, training) {
          await comparison.callback.afterStep?.(step, training);
          // Testing and showing need not be repeated.
          if (step.step === last) done.abort();
        },
      },
    });
    if (signal.aborted) return interruptedExitCode;
    const { compared, difference } = comparison.result();
    if (difference === undefined) {
      say(`\nThe same bits at each of ${compared} steps that were compared.`);
      return 0;
    }
    const { step, parts } = difference;
    const rest = parts.length > mostNamed ? ` and ${parts.length - mostNamed} more` : "";
    say(`\nDiffers first at step ${step}: ${parts.slice(0, mostNamed).join(", ")}${rest}.`);
    return differsExitCode;
  } finally {
    await backend.dispose();
  }
}

function optionsOf({ description: { settings } }: RunFile): TrainOptions {
  const args = (settings as { args?: unknown } | undefined)?.args;
  const isList = Array.isArray(args) && args.every((arg) => typeof arg === "string");
  const options = isList ? parseOptions(args) : "help";
  if (options === "help") throw new UsageError("verify: the file is of another program's run.");
  return { ...options, graph: undefined, samples: undefined, export: undefined, run: undefined };
}
