import { ArgumentError } from "./errors.ts";

/**
 * For what holds while a function runs: refuses a function that goes on after it returned.
 *
 * @throws {ArgumentError} if `result` is a promise: "the function is asynchronous, and ...".
 * @example
 * checkSynchronous("tidy", 3, "other work would run before it ends."); // fine
 */
export function checkSynchronous(op: string, result: unknown, consequence: string): void {
  const { then } = (result ?? {}) as { then?: unknown };
  if (typeof then !== "function") return;
  // Nobody waits for it any more: its own failure must not end the process.
  Promise.resolve(result).catch(() => {});
  throw new ArgumentError(op, `the function is asynchronous, and ${consequence}`, {
    received: result,
  });
}
