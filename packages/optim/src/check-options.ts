import { ArgumentError } from "@dl/backend";

/** @throws {ArgumentError} unless `value` is a finite number of at least 0. */
export function checkNonNegative(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < Infinity))
    throw new ArgumentError(
      op,
      `${name} must be a finite number of at least 0: received ${value}.`,
      {
        expected: ">= 0",
        received: value,
      },
    );
}

/** @throws {ArgumentError} unless `value` is from 0 to below 1: the share of the past that is kept. */
export function checkDecay(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1))
    throw new ArgumentError(op, `${name} must be at least 0 and below 1: received ${value}.`, {
      expected: "[0, 1)",
      received: value,
    });
}
