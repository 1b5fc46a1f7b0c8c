import { ArgumentError, checkList, DTypeError, formatShape, type Backend } from "@dl/backend";
import { knownRange, noteRange } from "../core/known-range.ts";
import { uploadedValue } from "../core/make-value.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne } from "../core/primitives.ts";
import { Tensor } from "../core/tensor.ts";
import { add, and, less, lessEqual, neg, select } from "../scalar-functions.ts";
import { positionFromFront } from "./check-operands.ts";
import { cast } from "./pointwise.ts";

/** Out of range stays as it is, for the error that names it. */
const countFromFront = new PointwiseOp("countFromFront", (position, size) =>
  select(and(less(position, 0), lessEqual(neg(size), position)), add(position, size), position),
);

/**
 * Positions along axis `axis` of `x`, as int32 counted from the front: negative ones count from the
 * end. Numbers are checked, and of a tensor's values what is known without a read.
 *
 * @throws {DTypeError} for a float or bool tensor.
 * @throws {ArgumentError} for a number outside the axis, or for any position along an empty axis.
 */
export function indexTensor(
  op: string,
  indices: Tensor | readonly number[],
  axis: number,
  x: Tensor,
): Tensor {
  const size = x.shape[axis]!;
  if (!(indices instanceof Tensor)) return checkedPositions(op, indices, axis, x);
  if (indices.dtype !== "int32" && indices.dtype !== "uint32")
    throw new DTypeError(
      op,
      `indices must be int32, got ${indices.dtype}. ${indices.dtype === "bool" ? "Select by a mask with maskedSelect." : 'Convert with indices.cast("int32").'}`,
      { expected: "int32", received: indices.dtype },
    );
  if (size === 0 && indices.elementCount > 0)
    throw new ArgumentError(
      op,
      `axis ${axis} of ${formatShape(x.shape)} is empty, so no index is in range. Give no indices, or a tensor with elements.`,
      { received: indices.shape },
    );
  knownRange(indices)?.forEach((position) => positionFromFront(op, "index", position, axis, x));
  if (indices.dtype === "uint32") return cast(indices, "int32");
  return applyOne("pointwise", [indices, { number: size, dtype: "int32" }], { op: countFromFront });
}

function checkedPositions(op: string, indices: readonly number[], axis: number, x: Tensor): Tensor {
  if (!ArrayBuffer.isView(indices)) checkList(op, indices, "the indices", "whole numbers");
  return uploadPositions(
    indices.map((position) => positionFromFront(op, "index", position, axis, x)),
    [indices.length],
    x.backend,
  );
}

/** Host positions as an int32 tensor. */
export function uploadPositions(
  positions: ArrayLike<number>,
  shape: readonly number[],
  backend: Backend,
): Tensor {
  const elements = Int32Array.from(positions);
  const tensor = new Tensor(
    uploadedValue(new Uint8Array(elements.buffer), "int32", shape, backend),
  );
  noteRange(tensor, elements, "int32");
  return tensor;
}
