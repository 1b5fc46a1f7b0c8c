import { BackendError } from "../errors.ts";
import type { RoutineName } from "./routines.ts";

/**
 * What every backend says of an index outside its axis, when it finds one: a backend on the host at
 * the dispatch, one on a device with the next awaited read.
 *
 * @example
 * indexOutOfRange("gather", 3, 3).message; // => "gather: index 3 is out of range for an axis of 3. Use 0 to 2."
 */
export function indexOutOfRange(routine: RoutineName, index: number, size: number): BackendError {
  const advice = size === 0 ? "The axis is empty." : `Use 0 to ${size - 1}.`;
  return new BackendError(
    routine,
    `index ${index} is out of range for an axis of ${size}. ${advice}`,
    {
      expected: size,
      received: index,
    },
  );
}
