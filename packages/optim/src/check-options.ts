import { ArgumentError } from "@dl/backend";

function check(isValid: boolean, op: string, name: string, expected: string, value: number): void {
  if (!isValid)
    throw new ArgumentError(op, `${name} must be ${expected}: received ${value}.`, {
      expected,
      received: value,
    });
}

/** @throws {ArgumentError} unless `value` is a finite number of at least 0. */
export function checkNonNegative(op: string, name: string, value: number): void {
  check(value >= 0 && value < Infinity, op, name, "a finite number of at least 0", value);
}

/** @throws {ArgumentError} unless `value` is a finite number above 0. */
export function checkPositive(op: string, name: string, value: number): void {
  check(value > 0 && value < Infinity, op, name, "a finite number above 0", value);
}

/** @throws {ArgumentError} unless `value` is a whole number of at least 1. */
export function checkCount(op: string, name: string, value: number): void {
  check(Number.isSafeInteger(value) && value >= 1, op, name, "a whole number of at least 1", value);
}

/** @throws {ArgumentError} unless `value` is from 0 to below 1: the share of the past that is kept. */
export function checkDecay(op: string, name: string, value: number): void {
  check(value >= 0 && value < 1, op, name, "at least 0 and below 1", value);
}

/** @throws {ArgumentError} unless `value` is from 0 to 1. */
export function checkShare(op: string, name: string, value: number): void {
  check(value >= 0 && value <= 1, op, name, "from 0 to 1", value);
}
