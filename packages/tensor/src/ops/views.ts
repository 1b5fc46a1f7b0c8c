import {
  AxisError,
  checkList,
  elementCount,
  formatShape,
  internShape,
  normalizeAxes,
  normalizeAxis,
  ShapeError,
  type Shape,
} from "@dl/backend";
import { alias } from "../core/alias.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor } from "./check-operands.ts";

/**
 * The same elements in row-major order under another shape; one size may be -1 and is worked out.
 *
 * Shape: [...] → `shape`, with as many elements.
 * @throws {ShapeError} if the element counts differ.
 * @example
 * await reshape(tensor([1, 2, 3, 4]), [2, -1]).toArray(); // => [[1, 2], [3, 4]]
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  checkTensor("reshape", x);
  return reshapeTo(x, inferSize("reshape", x.elementCount, shape, x.shape));
}

function reshapeTo(x: Tensor, shape: Shape): Tensor {
  return x.shape === shape ? alias(x) : applyOne("reshape", [x], { shape });
}

/** `sizes` with -1 replaced by what is left of `count` elements. */
function inferSize(op: string, count: number, sizes: readonly number[], from: Shape): Shape {
  const fail = (): never => {
    throw new ShapeError(
      op,
      `${formatShape(from)} has ${count} elements and cannot become ${formatShape(sizes)}. The sizes must multiply to ${count}; one of them may be -1.`,
      { expected: count, received: sizes },
    );
  };
  checkList(op, sizes);
  const open = sizes.indexOf(-1);
  if (open < 0) {
    const shape = internShape(sizes, op);
    return elementCount(shape) === count ? shape : fail();
  }
  const known = elementCount(internShape(sizes.toSpliced(open, 1), op));
  if (known === 0 || count % known !== 0) return fail();
  return internShape(sizes.with(open, count / known), op);
}

/**
 * Axes `start` to `end` (both included) joined into one; all axes unless said. A scalar becomes [1].
 *
 * @throws {AxisError} if an axis does not exist or `end` lies before `start`.
 * @example
 * flatten(zeros([8, 3, 4, 4]), 1).shape; // => [8, 48]
 */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  checkTensor("flatten", x);
  if (x.ndim === 0) return reshapeTo(x, internShape([1]));
  const first = normalizeAxis(start, x.ndim, "flatten");
  const last = normalizeAxis(end, x.ndim, "flatten");
  if (last < first)
    throw new AxisError(
      "flatten",
      `the last axis lies before the first: start ${start}, end ${end}, shape ${formatShape(x.shape)}. Give them from front to back.`,
      { received: [start, end] },
    );
  const joined = elementCount(x.shape.slice(first, last + 1));
  return reshapeTo(
    x,
    internShape([...x.shape.slice(0, first), joined, ...x.shape.slice(last + 1)]),
  );
}

/**
 * One axis cut into several of these sizes; one may be -1.
 *
 * @throws {AxisError} if there is no such axis.
 * @throws {ShapeError} if the sizes do not multiply to the axis's size.
 * @example
 * unflatten(zeros([8, 48]), 1, [3, -1, 4]).shape; // => [8, 3, 4, 4]
 */
export function unflatten(x: Tensor, axis: number, sizes: readonly number[]): Tensor {
  checkTensor("unflatten", x);
  const at = normalizeAxis(axis, x.ndim, "unflatten");
  const size = x.shape[at]!;
  const cut = inferSize("unflatten", size, sizes, internShape([size]));
  return reshapeTo(x, internShape(x.shape.toSpliced(at, 1, ...cut)));
}

/**
 * Axes of size 1 dropped: the named ones, or all of them. A named axis of another size stays, as in
 * PyTorch.
 *
 * @throws {AxisError} if an axis does not exist or is named twice.
 * @example
 * squeeze(zeros([1, 3, 1]), 0).shape; // => [3, 1]
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  checkTensor("squeeze", x);
  const chosen = normalizeAxes(axes, x.ndim, "squeeze");
  return reshapeTo(
    x,
    internShape(x.shape.filter((size, axis) => size !== 1 || !chosen.includes(axis))),
  );
}

/**
 * New axes of size 1 at these positions of the result.
 *
 * @throws {AxisError} if a position lies outside the result or is named twice.
 * @example
 * unsqueeze(zeros([3, 4]), -1).shape; // => [3, 4, 1]
 */
export function unsqueeze(x: Tensor, axes: number | readonly number[]): Tensor {
  checkTensor("unsqueeze", x);
  const added = typeof axes === "number" ? [axes] : axes;
  checkList("unsqueeze", added, "the axes", "whole numbers");
  const positions = normalizeAxes(added, x.ndim + added.length, "unsqueeze");
  const sizes = [...x.shape];
  for (const position of positions) sizes.splice(position, 0, 1);
  return reshapeTo(x, internShape(sizes));
}

/**
 * Axes of size 1 stretched to `shape` without copying; new axes may be added in front, and -1 keeps
 * a size.
 *
 * @throws {ShapeError} if an axis has neither the wanted size nor size 1.
 * @example
 * await expand(tensor([[1], [2]]), [-1, 3]).toArray(); // => [[1, 1, 1], [2, 2, 2]]
 */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  checkTensor("expand", x);
  checkList("expand", shape);
  const lead = shape.length - x.ndim;
  const sizes = shape.map((size, axis) =>
    size === -1 && axis >= lead ? x.shape[axis - lead]! : size,
  );
  const fits =
    lead >= 0 && x.shape.every((size, axis) => size === sizes[axis + lead] || size === 1);
  if (!fits || sizes.includes(-1))
    throw new ShapeError(
      "expand",
      `${formatShape(x.shape)} cannot be stretched to ${formatShape(shape)}. Aligned at the end, each size must be 1 or stay as it is; -1 keeps a size and cannot name a new axis.`,
      { expected: x.shape, received: shape },
    );
  const target = internShape(sizes, "expand");
  return x.shape === target ? alias(x) : applyOne("expand", [x], { shape: target });
}
