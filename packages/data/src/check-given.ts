import { ArgumentError } from "@dl/backend";
import { describe } from "./host-array.ts";

/**
 * Checks that a value is an object with what is used of it: `"length"` a member, `"get()"` a method.
 *
 * @throws {ArgumentError} if it is none, or something is missing.
 */
export function checkGiven(
  value: unknown,
  name: string,
  members: readonly string[],
  op: string,
): void {
  const isThere =
    typeof value === "object" &&
    value !== null &&
    members.every((member) => {
      const found: unknown = Reflect.get(value, member.replace("()", ""));
      return member.endsWith("()") ? typeof found === "function" : found !== undefined;
    });
  if (!isThere) throw notGiven(value, `${name} must be an object with ${members.join(", ")}`, op);
}

/** @throws {ArgumentError} unless it has samples that can be had by their number. */
export function checkDataset(value: unknown, op: string): void {
  checkGiven(value, "the dataset", ["length", "get()"], op);
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
  return new ArgumentError(op, `${need}: received ${describe(value)}.`, { received: value });
}
