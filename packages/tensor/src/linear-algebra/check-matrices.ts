import {
  broadcastShapes,
  DTypeError,
  formatShape,
  isFloat,
  ShapeError,
  type DType,
} from "@dl/backend";
import type { HostGradient } from "../core/host-function.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkFloat, checkTensor, commonBackend } from "../ops/check-operands.ts";
import { hostFunction } from "../ops/host-function.ts";
import { castTo, commonDType } from "../ops/pointwise.ts";
import { expand } from "../ops/views.ts";
import { sizeOf, type MatrixMethod } from "./matrix-method.ts";

/** Smallest relative distance of two numbers of a float type. */
export function epsilonOf(dtype: DType): number {
  return dtype === "float64" ? 2 ** -52 : 2 ** -23;
}

/** @throws {ShapeError | DTypeError} unless the last two axes of a float tensor are matrices. */
export function checkMatrices(op: string, x: Tensor): void {
  checkTensor(op, x);
  if (x.ndim < 2)
    throw new ShapeError(
      op,
      `needs matrices in the last two axes, got shape ${formatShape(x.shape)}. Make one with reshape or unsqueeze.`,
      { received: x.shape },
    );
  checkFloat(op, x);
}

/** @throws {ShapeError | DTypeError} unless the last two axes of a float tensor are square matrices. */
export function checkSquare(op: string, x: Tensor): void {
  checkMatrices(op, x);
  if (x.shape.at(-1) !== x.shape.at(-2))
    throw new ShapeError(
      op,
      `needs square matrices in the last two axes, got shape ${formatShape(x.shape)}. For others see pinverse, lstsq, qr and svd.`,
      { received: x.shape },
    );
}

/** One method on each matrix, or each pair of them, of stacks; told the numbers. */
export function onMatrices(
  method: MatrixMethod,
  gradient: HostGradient,
  stacks: readonly Tensor[],
  numbers: readonly number[] = [],
): Tensor {
  const { shape: first, dtype } = stacks[0]!;
  const { rows, columns } = method.resultSize(stacks.map(({ shape }) => sizeOf(shape)));
  const shape = [...first.slice(0, -2), rows, columns];
  return hostFunction(method, stacks, { shape, dtype, numbers, gradient });
}

/**
 * A method on each pair of a left matrix [m, n] and right columns [m, k], with the axes before them
 * broadcast.
 *
 * @throws {ShapeError} if the rows differ, or the axes before them do not broadcast.
 * @throws {DTypeError} if neither is a float tensor.
 */
export function onPairs(
  op: string,
  left: Tensor,
  right: Tensor,
  apply: (left: Tensor, right: Tensor) => Tensor,
): Tensor {
  checkTensor(op, right);
  commonBackend(op, [left, right]);
  const isVector = right.ndim === 1;
  if (right.ndim === 0 || left.shape.at(-2) !== right.shape.at(isVector ? -1 : -2))
    throw new ShapeError(
      op,
      `the right side needs as many rows as the matrices: left ${formatShape(left.shape)}, right ${formatShape(right.shape)}. Give a vector, or columns with unsqueeze(-1).`,
      { expected: left.shape, received: right.shape },
    );
  if (isVector) return onPairs(op, left, right.unsqueeze(1), apply).squeeze([-1]);
  const dtype = commonDType(op, [left, right]);
  if (!isFloat(right.dtype))
    throw new DTypeError(
      op,
      `needs a float tensor, got ${right.dtype}. Convert with x.cast("float32").`,
      { received: right.dtype },
    );
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2), op);
  const spread = (x: Tensor): Tensor => expand(castTo(x, dtype), [...batch, ...x.shape.slice(-2)]);
  return apply(spread(left), spread(right));
}
