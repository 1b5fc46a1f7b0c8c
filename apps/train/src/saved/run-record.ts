import { dataFingerprint, recordRun, type RunRecorder } from "@dl/training";
import type { TrainOptions } from "../options.ts";
import type { Task } from "../task.ts";
import { UsageError } from "../usage-error.ts";
import { userPath } from "../user-path.ts";

/** Records a training that was asked for by these arguments. */
export async function recorderOf(
  args: readonly string[],
  { seed }: TrainOptions,
  { train }: Task["pictures"],
): Promise<RunRecorder> {
  return recordRun({
    program: `npm run train -- ${args.join(" ")}`,
    settings: { args },
    seed,
    versions: { node: process.version },
    data: await dataFingerprint(train),
  });
}

/** @throws {UsageError} if the file cannot be written. */
export async function saveRun(file: string, recorder: RunRecorder): Promise<void> {
  await recorder.save(userPath(file)).catch((error: unknown) => {
    throw new UsageError(
      `--run: cannot write "${file}": ${error instanceof Error ? error.message : String(error)}.`,
    );
  });
}
