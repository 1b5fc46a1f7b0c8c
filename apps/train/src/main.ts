import { constants } from "node:os";
import { interruptedExitCode } from "./exit-codes.ts";
import { runTrainer } from "./run.ts";

/** Of a program whose output found no place. */
const outputExitCode = 1;
/** npm passes Ctrl-C on to us, after the terminal has already sent it: not a second one. */
const echoMs = 300;

const interruption = new AbortController();
let interruptedAt = Infinity;
let exitCode: number | undefined;
process.on("SIGINT", () => {
  // The second Ctrl-C does not wait for the step under way.
  if (performance.now() - interruptedAt > echoMs) process.exit(interruptedExitCode);
  interruptedAt = Math.min(interruptedAt, performance.now());
  interruption.abort();
});
process.on("SIGTERM", () => {
  exitCode = 128 + constants.signals.SIGTERM;
  interruption.abort();
});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader has gone, as in `npm start | head`.
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(
    `The output cannot be written: ${error.message}. Make room, or write to another place.\n`,
  );
  process.exit(outputExitCode);
});
// What is said there is lost; nowhere is left to say so.
process.stderr.on("error", () => process.exit(outputExitCode));

const result = await runTrainer(process.argv.slice(2), interruption.signal);
process.exitCode = exitCode ?? result;
