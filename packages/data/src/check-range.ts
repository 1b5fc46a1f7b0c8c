import { ArgumentError } from "@dl/backend";

/** @throws {ArgumentError} unless `index` is a whole number from 0 to `length` − 1. */
export function checkIndex(index: number, length: number, op: string): void {
  checkWhole(index, 0, length - 1, "index", op);
}

/** @throws {ArgumentError} unless `length` is a whole number from 1 to `most`. */
export function checkLength(length: number, most: number, op: string): void {
  checkWhole(length, 1, most, "length", op);
}

/** @throws {ArgumentError} unless `value` is a whole number from `least` to `most`. */
export function checkWhole(
  value: number,
  least: number,
  most: number,
  name: string,
  op: string,
): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw outOfRange(value, least, most, `${name} must be a whole number`, op);
}

/** @throws {ArgumentError} unless `value` is a finite number from `least` to `most`. */
export function checkNumber(
  value: number,
  least: number,
  most: number,
  name: string,
  op: string,
): void {
  if (!Number.isFinite(value) || value < least || value > most)
    throw outOfRange(value, least, most, `${name} must be a number`, op);
}

function outOfRange(
  received: number,
  least: number,
  most: number,
  need: string,
  op: string,
): ArgumentError {
  const isOpen = most === Infinity;
  return new ArgumentError(
    op,
    `${need} ${isOpen ? `of at least ${least}` : `from ${least} to ${most}`}: received ${String(received)}.`,
    { expected: isOpen ? `>= ${least}` : `${least}..${most}`, received },
  );
}
