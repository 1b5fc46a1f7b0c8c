import { checkSynchronous } from "@dl/backend";

let isEnabled = true;

/**
 * Whether operations are recorded for backward at this moment.
 *
 * @example
 * noGrad(() => isGradEnabled()); // => false
 */
export function isGradEnabled(): boolean {
  return isEnabled;
}

/**
 * Runs `body` without recording: for evaluation, and for changing parameters.
 *
 * @throws {ArgumentError} if `body` is asynchronous: recording would resume before it ended.
 * @example
 * const x = tensor([2]).requireGrad();
 * noGrad(() => x.mul(3)).requiresGrad; // => false
 */
export function noGrad<Result>(body: () => Result): Result {
  return withMode(false, "noGrad", body);
}

/**
 * Runs `body` with recording, also inside {@link noGrad}.
 *
 * @throws {ArgumentError}
 * @example
 * noGrad(() => enableGrad(() => isGradEnabled())); // => true
 */
export function enableGrad<Result>(body: () => Result): Result {
  return withMode(true, "enableGrad", body);
}

function withMode<Result>(mode: boolean, name: string, body: () => Result): Result {
  const before = isEnabled;
  isEnabled = mode;
  try {
    const result = body();
    checkSynchronous(
      name,
      result,
      `recording would be back ${before ? "on" : "off"} before it ended. Put only the tensor operations inside, and await outside.`,
    );
    return result;
  } finally {
    isEnabled = before;
  }
}
