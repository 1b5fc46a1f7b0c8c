import { indexOutOfRange, type RoutineName } from "@dl/backend";

/** Indices are in range by construction; the reference says so when one is not. */
export function checkIndex(routine: RoutineName, index: number, size: number): void {
  if (index < 0 || index >= size) throw indexOutOfRange(routine, index, size);
}
