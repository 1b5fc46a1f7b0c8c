import { ArgumentError } from "@dl/backend";

/** @throws {ArgumentError} unless `index` is a whole number from 0 to `length` − 1. */
export function checkIndex(index: number, length: number, op: string): void {
  if (!Number.isInteger(index) || index < 0 || index >= length)
    throw new ArgumentError(
      op,
      `index must be a whole number from 0 to ${length - 1}: received ${index}.`,
      { expected: `0..${length - 1}`, received: index },
    );
}

/** @throws {ArgumentError} unless `length` is a whole number from 1 to `most`. */
export function checkLength(length: number, most: number, op: string): void {
  if (!Number.isInteger(length) || length < 1 || length > most)
    throw new ArgumentError(
      op,
      `length must be a whole number from 1 to ${most}: received ${length}.`,
      { expected: `1..${most}`, received: length },
    );
}
