import { DTypeError, formatShape, normalizeAxis, ShapeError, shapesEqual } from "@dl/backend";
import { checkFits } from "../core/number-operand.ts";
import { applyOne } from "../core/primitives.ts";
import { Tensor } from "../core/tensor.ts";
import { indexTensor } from "./check-indices.ts";
import { checkTensor, commonBackend } from "./check-operands.ts";
import { full } from "./creation.ts";
import { asScalar, asVector } from "./scalar-axis.ts";
import { flatten, reshape } from "./views.ts";

/**
 * Elements picked along an axis: out[i, j] = x[indices[i, j], j] for axis 0.
 *
 * Indices count from the end where negative. What the host knows of them is checked at the call;
 * one that was computed on the device and is out of range is a BackendError at the next read on
 * backends that look, and gives an undefined value on the others.
 *
 * Shape: that of the indices, which have as many axes as x and are no larger along the others.
 * @throws {ShapeError} if the indices do not fit.
 * @throws {DTypeError} if the indices are not int32.
 * @throws {ArgumentError} if one that the host knows is out of range.
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * await gather(x, 1, tensor([[1], [0]], { dtype: "int32" })).toArray(); // => [[2], [3]]
 */
export function gather(x: Tensor, axis: number, indices: Tensor): Tensor {
  const { from, positions, at } = checkPositions("gather", x, axis, indices);
  return asScalar(applyOne("gather", [from, positions], { axis: at }), indices);
}

/** Both with at least one axis, and the axis from the front. @throws unless `indices` fit beside `x`. */
function checkPositions(
  op: string,
  x: Tensor,
  axis: number,
  indices: Tensor,
): { from: Tensor; positions: Tensor; at: number } {
  checkTensor(op, x);
  checkTensor(op, indices);
  commonBackend(op, [x, indices]);
  const [from, places] = [asVector(x), asVector(indices)];
  const at = normalizeAxis(axis, from.ndim, op);
  const fits =
    places.ndim === from.ndim &&
    places.shape.every((size, i) => i === at || size <= from.shape[i]!);
  if (!fits)
    throw new ShapeError(
      op,
      `indices ${formatShape(indices.shape)} do not fit beside ${formatShape(x.shape)}. They need as many axes, none larger except axis ${axis}.`,
      { expected: x.shape, received: indices.shape },
    );
  return { from, positions: indexTensor(op, places, at, from), at };
}

/**
 * A copy of `x` with `source` written to the positions {@link gather} would read. Where a position
 * is named twice, the last in row-major order stays.
 *
 * Shape: that of x; indices and source have one shape.
 * @throws {ShapeError} if indices or source do not fit.
 * @throws {DTypeError} if the indices are not int32 or the source has another type than x.
 * @example
 * const at = tensor([2], { dtype: "int32" });
 * await scatter(zeros([3]), 0, at, 5).toArray(); // => [0, 0, 5]
 */
export function scatter(x: Tensor, axis: number, indices: Tensor, source: Tensor | number): Tensor {
  return scatterWith("scatter", "replace", x, axis, indices, source);
}

/**
 * A copy of `x` with `source` added at the positions {@link gather} would read: its adjoint.
 *
 * Shape: that of x; indices and source have one shape.
 * @throws {ShapeError} if indices or source do not fit.
 * @throws {DTypeError} if the indices are not int32 or the source has another type than x.
 * @example
 * const at = tensor([2, 2], { dtype: "int32" });
 * await scatterAdd(zeros([3]), 0, at, ones([2])).toArray(); // => [0, 0, 2]
 */
export function scatterAdd(
  x: Tensor,
  axis: number,
  indices: Tensor,
  source: Tensor | number,
): Tensor {
  return scatterWith("scatterAdd", "add", x, axis, indices, source);
}

function scatterWith(
  op: string,
  mode: "add" | "replace",
  x: Tensor,
  axis: number,
  indices: Tensor,
  source: Tensor | number,
): Tensor {
  const { from, positions, at } = checkPositions(op, x, axis, indices);
  if (typeof source === "number") checkFits(op, source, x.dtype);
  const values =
    typeof source === "number"
      ? full(indices.shape, source, { dtype: x.dtype, backend: x.backend })
      : source;
  checkSource(op, x, values, indices.shape);
  return asScalar(applyOne("scatter", [from, positions, asVector(values)], { axis: at, mode }), x);
}

function checkSource(op: string, x: Tensor, source: Tensor, shape: readonly number[]): void {
  checkTensor(op, source);
  commonBackend(op, [x, source]);
  if (!shapesEqual(source.shape, shape))
    throw new ShapeError(
      op,
      `the source has shape ${formatShape(source.shape)}, but the indices ask for ${formatShape(shape)}. Expand or slice it.`,
      { expected: shape, received: source.shape },
    );
  if (source.dtype !== x.dtype)
    throw new DTypeError(
      op,
      `the source is ${source.dtype}, the tensor ${x.dtype}. Convert with source.cast("${x.dtype}").`,
      { expected: x.dtype, received: source.dtype },
    );
}

/**
 * Whole slices picked along an axis, repeats allowed. Plain numbers are checked at the call; a
 * tensor's values are not, see {@link gather}.
 *
 * Shape: x with the axis as long as the list of indices.
 * @throws {AxisError} if there is no such axis.
 * @throws {ArgumentError} if a plain number is out of range.
 * @throws {ShapeError} if an index tensor has not one axis.
 * @example
 * await indexSelect(tensor([[1, 2], [3, 4]]), 0, [1, 1, -2]).toArray(); // => [[3, 4], [3, 4], [1, 2]]
 */
export function indexSelect(x: Tensor, axis: number, indices: Tensor | readonly number[]): Tensor {
  const { from, positions, at } = checkList("indexSelect", x, axis, indices);
  return asScalar(applyOne("indexSelect", [from, positions], { axis: at }), x);
}

function checkList(
  op: string,
  x: Tensor,
  axis: number,
  indices: Tensor | readonly number[],
): { from: Tensor; positions: Tensor; at: number } {
  checkTensor(op, x);
  if (indices instanceof Tensor) {
    commonBackend(op, [x, indices]);
    if (indices.ndim > 1)
      throw new ShapeError(
        op,
        `indices must have one axis, got ${formatShape(indices.shape)}. Use flatten(), or gather for one index per element.`,
        { received: indices.shape },
      );
  }
  const from = asVector(x);
  const at = normalizeAxis(axis, from.ndim, op);
  const list = indices instanceof Tensor ? asVector(indices) : indices;
  return { from, positions: indexTensor(op, list, at, from), at };
}

/**
 * A copy of `x` with slices of `source` added at the named positions of an axis: the adjoint of
 * {@link indexSelect}.
 *
 * Shape: that of x; source has x's shape with the axis as long as the list of indices.
 * @throws {ShapeError} if the source does not fit.
 * @throws {ArgumentError} if a plain number is out of range.
 * @example
 * await indexAdd(zeros([3]), 0, [0, 0], tensor([1, 2])).toArray(); // => [3, 0, 0]
 */
export function indexAdd(
  x: Tensor,
  axis: number,
  indices: Tensor | readonly number[],
  source: Tensor,
): Tensor {
  const { from, positions, at } = checkList("indexAdd", x, axis, indices);
  checkTensor("indexAdd", source);
  const added = asVector(source);
  checkSource("indexAdd", x, added, from.shape.with(at, positions.elementCount));
  return asScalar(applyOne("indexAdd", [from, positions, added], { axis: at }), x);
}

/**
 * Elements at these positions of the flattened tensor.
 *
 * Shape: that of the indices.
 * @throws {DTypeError} if the indices are not int32.
 * @example
 * await take(tensor([[1, 2], [3, 4]]), [3, 0]).toArray(); // => [4, 1]
 */
export function take(x: Tensor, indices: Tensor | readonly number[]): Tensor {
  checkTensor("take", x);
  const flat = flatten(x);
  const list = indices instanceof Tensor ? flatten(indices) : indices;
  const picked = applyOne("indexSelect", [flat, indexTensor("take", list, 0, flat)], { axis: 0 });
  return indices instanceof Tensor ? reshape(picked, indices.shape) : picked;
}
