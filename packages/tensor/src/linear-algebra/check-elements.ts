import { checkCount, ShapeError, wrongType } from "@dl/backend";

/** @throws {ArgumentError | ShapeError} unless they are the elements of a matrix of so many rows and columns. */
export function checkElements(
  op: string,
  elements: unknown,
  rows: number,
  columns: number,
): asserts elements is Float64Array {
  if (!(elements instanceof Float64Array))
    throw wrongType(
      op,
      "the elements must be a Float64Array",
      elements,
      "Make one with Float64Array.from(...).",
    );
  checkCount(op, "rows", rows, 0);
  checkCount(op, "columns", columns, 0);
  if (elements.length !== rows * columns)
    throw new ShapeError(
      op,
      `a matrix of ${rows} rows and ${columns} columns has ${rows * columns} elements: received ${elements.length}.`,
      { expected: rows * columns, received: elements.length },
    );
}
