import {
  ArgumentError,
  checkList,
  formatShape,
  internShape,
  normalizeAxis,
  ShapeError,
  shapesEqual,
} from "@dl/backend";
import { alias } from "../core/alias.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor, commonBackend } from "./check-operands.ts";
import { castTo, commonDType } from "./pointwise.ts";
import { expand, reshape, unsqueeze } from "./views.ts";

/**
 * Tensors joined along an axis they all have. Types are brought to the common one.
 *
 * Shape: [..., n₁, ...], [..., n₂, ...], ... → [..., n₁ + n₂ + ..., ...].
 * @throws {ShapeError} if they differ along another axis.
 * @throws {ArgumentError} if there is none.
 * @example
 * await concatenate([tensor([1, 2]), tensor([3])]).toArray(); // => [1, 2, 3]
 */
export function concatenate(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = checkTensors("concatenate", tensors);
  const at = normalizeAxis(axis, first.ndim, "concatenate");
  for (const tensor of tensors)
    if (
      tensor.ndim !== first.ndim ||
      !tensor.shape.every((size, i) => i === at || size === first.shape[i])
    )
      throw new ShapeError(
        "concatenate",
        `shapes differ outside axis ${axis}: ${formatShape(first.shape)} and ${formatShape(tensor.shape)}. Make all other sizes equal.`,
        { expected: first.shape, received: tensor.shape },
      );
  if (tensors.length === 1) return alias(first);
  const dtype = commonDType("concatenate", tensors);
  const inputs = tensors.map((tensor) => castTo(tensor, dtype));
  return applyOne("concatenate", inputs, { axis: at });
}

/** The first of them. @throws {ArgumentError} for none, for other values, or for several backends. */
function checkTensors(op: string, tensors: readonly Tensor[]): Tensor {
  checkList(op, tensors, "what is joined", "tensors");
  const [first] = tensors;
  if (first === undefined)
    throw new ArgumentError(op, "needs at least one tensor: received none.", { received: tensors });
  for (const tensor of tensors) checkTensor(op, tensor);
  commonBackend(op, tensors);
  return first;
}

/**
 * Tensors of one shape joined along a new axis.
 *
 * Shape: n times [...] → [..., n, ...].
 * @throws {ShapeError} if the shapes differ.
 * @throws {ArgumentError} if there is none.
 * @example
 * await stack([tensor([1, 2]), tensor([3, 4])], 1).toArray(); // => [[1, 3], [2, 4]]
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = checkTensors("stack", tensors);
  normalizeAxis(axis, first.ndim + 1, "stack");
  for (const tensor of tensors)
    if (!shapesEqual(tensor.shape, first.shape))
      throw new ShapeError(
        "stack",
        `shapes differ: ${formatShape(first.shape)} and ${formatShape(tensor.shape)}. Stacked tensors must have one shape.`,
        { expected: first.shape, received: tensor.shape },
      );
  return concatenate(
    tensors.map((tensor) => unsqueeze(tensor, axis)),
    axis,
  );
}

/**
 * The whole tensor repeated along each axis; fewer counts than axes belong to the last axes, more
 * add axes in front.
 *
 * @throws {ArgumentError} if a count is not a whole number of at least 0.
 * @example
 * await tile(tensor([1, 2]), [2, 2]).toArray(); // => [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  checkTensor("tile", x);
  checkList("tile", counts, "the counts", "whole numbers");
  for (const count of counts) checkCount("tile", count);
  const ndim = Math.max(counts.length, x.ndim);
  const sizes = [...new Array<number>(ndim - x.ndim).fill(1), ...x.shape];
  const times = [...new Array<number>(ndim - counts.length).fill(1), ...counts];
  // [n] seen as [1, n], stretched to [count, n] and joined again.
  const apart = reshape(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const stretched = expand(
    apart,
    sizes.flatMap((size, axis) => [times[axis]!, size]),
  );
  return reshape(
    stretched,
    internShape(
      sizes.map((size, axis) => size * times[axis]!),
      "tile",
    ),
  );
}

/**
 * Each position of an axis repeated `count` times, next to each other.
 *
 * @throws {AxisError} if there is no such axis.
 * @throws {ArgumentError} if the count is not a whole number of at least 0.
 * @example
 * await repeatInterleave(tensor([1, 2]), 2, 0).toArray(); // => [1, 1, 2, 2]
 */
export function repeatInterleave(x: Tensor, count: number, axis: number): Tensor {
  checkTensor("repeatInterleave", x);
  checkCount("repeatInterleave", count);
  const at = normalizeAxis(axis, x.ndim, "repeatInterleave");
  const size = x.shape[at]!;
  const stretched = expand(unsqueeze(x, at + 1), x.shape.toSpliced(at + 1, 0, count));
  return reshape(stretched, x.shape.with(at, size * count));
}

function checkCount(op: string, count: number): void {
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(op, `counts must be whole numbers of at least 0: received ${count}.`, {
      received: count,
    });
}

/**
 * Grids of coordinates: result i varies along axis i as `axes[i]` does and is constant along the
 * others (`indexing: "ij"` of PyTorch).
 *
 * Shape: [n₁], [n₂], ... → as many tensors [n₁, n₂, ...]; a scalar counts as [1].
 * @throws {ShapeError} if one of them has several axes.
 * @example
 * const [rows, columns] = meshgrid([tensor([1, 2]), tensor([3, 4])]);
 * await columns.toArray(); // => [[3, 4], [3, 4]]
 */
export function meshgrid(axes: readonly Tensor[]): Tensor[] {
  checkTensors("meshgrid", axes);
  for (const axis of axes)
    if (axis.ndim > 1)
      throw new ShapeError(
        "meshgrid",
        `needs tensors with at most one axis, got shape ${formatShape(axis.shape)}. Use flatten().`,
        { received: axis.shape },
      );
  const shape = axes.map(({ elementCount }) => elementCount);
  return axes.map((axis, i) =>
    expand(
      reshape(
        axis,
        shape.map((size, j) => (i === j ? size : 1)),
      ),
      shape,
    ),
  );
}
