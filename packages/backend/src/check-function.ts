import { ArgumentError } from "./errors.ts";

/**
 * For what holds while a function runs: refuses a function that goes on after it returned.
 *
 * @throws {ArgumentError} if `result` is a promise: "the function is asynchronous, and ...".
 * @example
 * checkSynchronous("tidy", 3, "other work would run before it ends."); // fine
 */
export function checkSynchronous(op: string, result: unknown, consequence: string): void {
  if (typeof (result as { then?: unknown } | undefined | null)?.then !== "function") return;
  // Nobody waits for it any more: its own failure must not end the process.
  Promise.resolve(result).catch(() => {});
  throw new ArgumentError(op, `the function is asynchronous, and ${consequence}`, {
    received: result,
  });
}

/**
 * For a function that is called later, where what is wrong would be hard to find.
 *
 * @throws {ArgumentError} if it is none.
 * @example
 * checkFunction("observeForward", "observer", 3); // throws an ArgumentError
 */
export function checkFunction(op: string, name: string, given: unknown): void {
  if (typeof given !== "function")
    throw new ArgumentError(
      op,
      `${name} must be a function: received ${given === null ? "null" : typeof given}.`,
      { received: given },
    );
}
