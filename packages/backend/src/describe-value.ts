/**
 * A value as a message names it where it has the wrong type.
 *
 * @example
 * describeValue("3"); // => '"3"'
 * describeValue({ stride: 2 }); // => "{ stride }"
 */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || value === null) return String(value);
  return isPlainObject(value)
    ? `{ ${Object.keys(value).join(", ")} }`
    : `an object of class ${className(value)}`;
}

/** As it is known: bundlers put a _ before the name of a class that names itself. */
function className({ constructor }: object): string {
  return constructor.name.replace(/^_(?=[A-Z])/, "");
}

/** Made by `{}`, in whatever realm. */
export function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}
