import { ArgumentError } from "./errors.ts";

/**
 * A value as a message names it where it has the wrong type.
 *
 * @example
 * describeValue("3"); // => '"3"'
 * describeValue([3]); // => "a list"
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "object":
      return value === null ? "null" : Array.isArray(value) ? "a list" : "an object";
    case "function":
    case "symbol":
      return `a ${typeof value}`;
    default:
      return String(value);
  }
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
  const text = describeValue(list);
  throw new ArgumentError(
    op,
    `${name} must be a list of ${items}: received ${text}. ${typeof list === "number" ? `Write [${text}].` : "Give an array."}`,
    { received: list },
  );
}
