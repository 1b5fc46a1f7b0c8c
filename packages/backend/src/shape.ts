import { AxisError, ShapeError } from "./errors.ts";
import { IdTrie } from "./intern.ts";
import { refuseOptions } from "./options.ts";
import { checkList, wrongType } from "./wrong-type.ts";

/** Sizes of a tensor's axes. Shapes made by {@link internShape} are equal exactly when identical. */
export type Shape = readonly number[];

/**
 * Largest number of elements a tensor may have: offsets must stay exact 32-bit integers.
 *
 * @example
 * zeros([maxElementCount + 1]); // throws a ShapeError
 */
export const maxElementCount: number = 2 ** 31 - 1;

const shapes = new IdTrie<Shape>();

/**
 * The one shared array for these sizes, checked.
 *
 * @throws {ShapeError} for sizes no tensor can have.
 * @throws {ArgumentError} if it is no list.
 * @example
 * internShape([2, 3]) === internShape([2, 3]); // => true
 */
export function internShape(sizes: readonly number[], op = "shape"): Shape {
  if (!Array.isArray(sizes)) refuseOptions(op, sizes, "the shape");
  checkList(op, sizes);
  const node = shapes.at(sizes);
  if (node.value === undefined) {
    checkShape(sizes, op);
    node.value = Object.freeze([...sizes]);
  }
  return node.value;
}

function checkShape(sizes: readonly number[], op: string): void {
  let count = 1;
  for (const size of sizes) {
    if (!Number.isInteger(size) || size < 0)
      throw new ShapeError(
        op,
        `sizes must be whole numbers of at least 0: received ${formatShape(sizes)}.`,
        { received: sizes },
      );
    count *= size;
  }
  if (count > maxElementCount)
    throw new ShapeError(
      op,
      `${formatShape(sizes)} has ${count} elements, more than the limit of ${maxElementCount}. Use a smaller shape or work in parts.`,
      { expected: maxElementCount, received: sizes },
    );
}

/**
 * Product of the sizes; 1 for a scalar.
 *
 * @example
 * elementCount([2, 3]); // => 6
 */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/**
 * A shape as it stands in messages.
 *
 * @example
 * formatShape([2, 3]); // => "[2, 3]"
 */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Whether two shapes have the same sizes.
 *
 * @example
 * shapesEqual([2, 3], [3, 2]); // => false
 */
export function shapesEqual(a: Shape, b: Shape): boolean {
  return a === b || (a.length === b.length && a.every((size, axis) => size === b[axis]));
}

/**
 * Shape that both broadcast to: axes are aligned at the end, and a size of 1 stretches.
 *
 * @throws {ShapeError} if two sizes differ and neither is 1.
 * @example
 * broadcastShapes([4, 1], [3], "add"); // => [4, 3]
 */
export function broadcastShapes(a: Shape, b: Shape, op: string): Shape {
  if (a === b) return a;
  const ndim = Math.max(a.length, b.length);
  const sizes: number[] = [];
  for (let axis = 0; axis < ndim; axis++) {
    const left = a[axis - ndim + a.length] ?? 1;
    const right = b[axis - ndim + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new ShapeError(
        op,
        `shapes do not broadcast: left ${formatShape(a)}, right ${formatShape(b)}. Aligned at the end, sizes must be equal or 1.`,
        { expected: a, received: b },
      );
    sizes.push(left === 1 ? right : left);
  }
  return internShape(sizes, op);
}

/**
 * Axis as an index from the front.
 *
 * @throws {AxisError} if the tensor has no such axis.
 * @throws {ArgumentError} if it is no number.
 * @example
 * normalizeAxis(-1, 3, "sum"); // => 2
 */
export function normalizeAxis(axis: number, ndim: number, op: string): number {
  if (typeof axis !== "number") {
    refuseOptions(op, axis, "the axis");
    throw wrongType(
      op,
      "the axis must be a number",
      axis,
      "Count from 0, or from the end with -1.",
    );
  }
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    const axes = [
      ...Array.from({ length: ndim }, (_, i) => String(i)),
      ...Array.from({ length: ndim }, (_, i) => String(-1 - i)),
    ];
    const advice =
      ndim === 0
        ? "A scalar has no axes."
        : `Use ${axes.slice(0, -1).join(", ")} or ${axes[axes.length - 1]!}.`;
    throw new AxisError(
      op,
      `axis ${axis} is out of range for a tensor with ${ndim} ${ndim === 1 ? "axis" : "axes"}. ${advice}`,
      { received: axis },
    );
  }
  return axis < 0 ? axis + ndim : axis;
}

/**
 * Axes as sorted indices from the front; all of them when none is given. 0 and -1 also name the axis
 * that a scalar does not have, as in PyTorch.
 *
 * @throws {AxisError} if an axis is out of range or named twice.
 * @throws {ArgumentError} if it is neither a number nor a list.
 * @example
 * normalizeAxes([-1, 0], 3, "sum"); // => [0, 2]
 */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  ndim: number,
  op: string,
): readonly number[] {
  if (axes === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const list = typeof axes === "number" ? [axes] : axes;
  if (!Array.isArray(list)) refuseOptions(op, list, "the list of axes");
  checkList(op, list, "the axes", "whole numbers");
  const result = list
    .map((axis) => {
      const isOfScalar = ndim === 0 && (axis === 0 || axis === -1);
      return isOfScalar ? 0 : normalizeAxis(axis, ndim, op);
    })
    .toSorted((a, b) => a - b);
  for (let i = 1; i < result.length; i++)
    if (result[i] === result[i - 1])
      throw new AxisError(op, `axis ${result[i]!} is named twice: received [${list.join(", ")}].`, {
        received: axes,
      });
  return ndim === 0 ? [] : result;
}
