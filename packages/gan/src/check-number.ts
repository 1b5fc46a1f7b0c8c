import { ArgumentError } from "@dl/backend";

/** @throws {ArgumentError} unless the number is at least 0 and finite. */
export function checkNotNegative(op: string, name: string, value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new ArgumentError(
    op,
    `${name} must be a finite number of at least 0: received ${value}. Give one.`,
    { received: value },
  );
}

/** @throws {ArgumentError} unless the number is from 0 to 1. */
export function checkShare(op: string, name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new ArgumentError(op, `${name} must be from 0 to 1: received ${value}. Give a share.`, {
    received: value,
  });
}
