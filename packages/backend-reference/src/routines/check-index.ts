import { BackendError, type RoutineName } from "@dl/backend";

/** Indices are in range by construction; the reference says so when one is not. */
export function checkIndex(routine: RoutineName, index: number, size: number): void {
  if (index < 0 || index >= size)
    throw new BackendError(routine, `index ${index} is out of range for an axis of ${size}.`, {
      expected: size,
      received: index,
    });
}
