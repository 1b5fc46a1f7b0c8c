import { ArgumentError, checkGiven, describeValue } from "@dl/backend";

/** @throws {ArgumentError} unless it has samples that can be had by their number. */
export function checkDataset(value: unknown, op: string): void {
  checkGiven(op, "the dataset", value, ["length", "get()"]);
}

/** @throws {ArgumentError} unless it is an array, or a typed one. */
export function checkList(value: unknown, name: string, op: string): void {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView)))
    throw notGiven(value, `${name} must be a list`, op);
}

/** @throws {ArgumentError} unless it is a list, or something else to go through, but no text. */
export function checkIterable(value: unknown, name: string, op: string): void {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value))
    throw notGiven(value, `${name} must be a list`, op);
}

/** @throws {ArgumentError} unless it can be called. */
export function checkFunction(value: unknown, name: string, op: string): void {
  if (typeof value !== "function") throw notGiven(value, `${name} must be a function`, op);
}

function notGiven(value: unknown, need: string, op: string): ArgumentError {
  return new ArgumentError(op, `${need}: received ${describeValue(value)}.`, { received: value });
}
