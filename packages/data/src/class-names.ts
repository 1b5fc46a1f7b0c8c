const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?Infinity$/i;

/**
 * Names of classes, each once, in the order of their numbers: by size if all of them are numbers, so
 * that labels 0 to n − 1 stay what they are; else as text, by its codes.
 */
export function orderedClasses(names: Iterable<string>): readonly string[] {
  const different = [...new Set(names)].toSorted();
  return different.every((name) => numberForm.test(name))
    ? different.toSorted((a, b) => compare(Number(a), Number(b)))
    : different;
}

/** Not by subtraction, which has no answer for two infinities. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
