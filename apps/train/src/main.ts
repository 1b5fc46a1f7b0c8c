import { constants } from "node:os";
import { interruptedExitCode, runTrainer } from "./run.ts";

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
// The reader has gone, as in `npm start | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

const result = await runTrainer(process.argv.slice(2), interruption.signal);
process.exitCode = exitCode ?? result;
