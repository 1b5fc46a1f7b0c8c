import { describeValue } from "./describe-value.ts";
import { ArgumentError } from "./errors.ts";

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
