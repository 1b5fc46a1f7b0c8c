import { describeValue } from "./describe-value.ts";
import { ArgumentError } from "./errors.ts";

/**
 * The error for an argument of a type that only JavaScript lets through.
 *
 * @example
 * wrongType("sum", "the axis must be a number", "0", "Give one.").message; // => 'sum: the axis must be a number: received "0". Give one.'
 */
export function wrongType(
  op: string,
  wanted: string,
  value: unknown,
  advice: string,
): ArgumentError {
  return new ArgumentError(op, `${wanted}: received ${describeValue(value)}. ${advice}`, {
    received: value,
  });
}

/**
 * For arguments from JavaScript, where a number is easily written for a list of one.
 *
 * @throws {ArgumentError} if it is not a list.
 * @example
 * zeros(3); // throws an ArgumentError: the shape must be a list of sizes
 */
export function checkList(
  op: string,
  list: unknown,
  name = "the shape",
  items = "sizes",
): asserts list is readonly unknown[] {
  if (Array.isArray(list)) return;
  const advice = typeof list === "number" ? `Write [${list}].` : "Give an array.";
  throw wrongType(op, `${name} must be a list of ${items}`, list, advice);
}

/**
 * Refuses a number of things.
 *
 * @throws {ArgumentError} unless `value` is a whole number of at least `least`.
 * @example
 * checkCount("myLayer", "features", 0); // throws an ArgumentError
 */
export function checkCount(op: string, name: string, value: number, least = 1): void {
  checkWhole(op, name, value, least, Infinity, ` of at least ${least}`);
}

/**
 * Refuses fractions, and numbers outside a range that `written` tells.
 *
 * @throws {ArgumentError} unless `value` is a whole number from `least` to `most`.
 * @example
 * checkWhole("myOp", "k", 4, 0, 3, " from 0 to 3"); // throws an ArgumentError
 */
export function checkWhole(
  op: string,
  name: string,
  value: number,
  least: number = -Infinity,
  most: number = Infinity,
  written = "",
): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ArgumentError(op, `${name} must be a whole number${written}: received ${value}.`, {
      expected: `a whole number${written}`,
      received: value,
    });
}
