import { DlError, InternalError } from "@dl/backend";
import { UsageError } from "./options.ts";
import { runTrainer } from "./run.ts";

const usageExitCode = 2;

const interruption = new AbortController();
process.on("SIGINT", () => {
  // The second Ctrl-C does not wait for the step under way.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
});
process.on("SIGTERM", () => interruption.abort());

try {
  process.exitCode = await runTrainer(process.argv.slice(2), interruption.signal);
} catch (error) {
  const isMistake = error instanceof UsageError || error instanceof DlError;
  if (!isMistake || error instanceof InternalError) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = usageExitCode;
}
