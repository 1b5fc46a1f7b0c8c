import { describeValue } from "./describe-value.ts";
import { ArgumentError } from "./errors.ts";

/**
 * Checks that a value is an object with what is used of it: `"length"` a member, `"get()"` a method.
 *
 * @throws {ArgumentError} if it is none, or something is missing.
 * @example
 * checkGiven("train", "the dataset", [1, 2], ["length"]); // fine
 */
export function checkGiven(
  op: string,
  name: string,
  value: unknown,
  members: readonly string[],
): void {
  const isThere =
    typeof value === "object" &&
    value !== null &&
    members.every((member) => {
      const found: unknown = Reflect.get(value, member.replace("()", ""));
      return member.endsWith("()") ? typeof found === "function" : found !== undefined;
    });
  if (isThere) return;
  const having = members.length > 0 ? ` with ${members.join(", ")}` : "";
  throw new ArgumentError(
    op,
    `${name} must be an object${having}: received ${describeValue(value)}.`,
    { received: value },
  );
}
