import {
  broadcastShapes,
  checkList,
  elementCount,
  formatShape,
  isFloat,
  maxElementCount,
  normalizeAxis,
  ShapeError,
  wrongType,
  type Shape,
} from "@dl/backend";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor, commonBackend } from "./check-operands.ts";
import { concatenate } from "./join.ts";
import { matrixTranspose, permute } from "./permute.ts";
import { castTo, commonDType } from "./pointwise.ts";
import { asNumbers, sum } from "./reduce.ts";
import { split } from "./split.ts";
import { expand, reshape, unsqueeze } from "./views.ts";

/**
 * Matrix product, as `torch.matmul`: a tensor with one axis is a row on the left and a column on
 * the right, and that axis is missing from the result; axes before the last two broadcast. Integers
 * are exact, and wrap as their sums do; bool counts as int32.
 *
 * Shape: [..., m, k], [..., k, n] → [..., m, n].
 * @throws {ShapeError} if the inner sizes differ, the batch axes do not broadcast, or one is a scalar.
 * @example
 * await matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])).toArray(); // => [3, 7]
 */
export function matmul(left: Tensor, right: Tensor): Tensor {
  checkTensor("matmul", left);
  checkTensor("matmul", right);
  commonBackend("matmul", [left, right]);
  checkInner(left, right);
  const dtype = commonDType("matmul", [asNumbers(left), asNumbers(right)]);
  const a = castTo(left.ndim === 1 ? unsqueeze(left, 0) : left, dtype);
  const b = castTo(right.ndim === 1 ? unsqueeze(right, 1) : right, dtype);
  const multiply = isFloat(dtype)
    ? b.ndim === 2
      ? foldedProduct
      : batchedProduct
    : integerProduct;
  const product = multiply(a, b);
  if (left.ndim > 1 && right.ndim > 1) return product;
  const shape = [...product.shape];
  if (right.ndim === 1) shape.pop();
  if (left.ndim === 1) shape.splice(right.ndim === 1 ? -1 : -2, 1);
  return reshape(product, shape);
}

function checkInner(left: Tensor, right: Tensor): void {
  const shapes = `left ${formatShape(left.shape)}, right ${formatShape(right.shape)}`;
  if (left.ndim === 0 || right.ndim === 0)
    throw new ShapeError(
      "matmul",
      `needs at least one axis on each side: ${shapes}. Multiply by a scalar with mul.`,
      { received: [left.shape, right.shape] },
    );
  const [inner, other] = [left.shape.at(-1)!, right.shape.at(right.ndim === 1 ? -1 : -2)!];
  if (inner !== other)
    throw new ShapeError(
      "matmul",
      `inner sizes differ: ${shapes}. Left's last axis (${inner}) must equal right's ${right.ndim === 1 ? "only axis" : "second to last"} (${other}).`,
      { expected: inner, received: other },
    );
}

/** One matrix on the right serves all rows: one large product, and its gradient another. */
function foldedProduct(a: Tensor, b: Tensor): Tensor {
  if (a.ndim === 2) return applyOne("matmul", [a, b], {});
  const [k, n] = b.shape as readonly [number, number];
  const rows = elementCount(a.shape.slice(0, -1));
  const product = applyOne("matmul", [reshape(a, [rows, k]), b], {});
  return reshape(product, [...a.shape.slice(0, -1), n]);
}

function batchedProduct(a: Tensor, b: Tensor): Tensor {
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "matmul");
  const withBatch = (x: Tensor): Tensor => expand(x, [...batch, ...x.shape.slice(-2)]);
  return applyOne("matmul", [withBatch(a), withBatch(b)], {});
}

/** Products summed as they are made: exact modulo 2³², which the floats' routine is not. */
function integerProduct(a: Tensor, b: Tensor): Tensor {
  const rows = a.shape.at(-2)!;
  if (rows > 1 && a.elementCount * b.shape.at(-1)! > maxElementCount) {
    const half = Math.floor(rows / 2);
    const parts = split(a, [half, rows - half], -2);
    return concatenate(
      parts.map((part) => integerProduct(part, b)),
      -2,
    );
  }
  const columns = unsqueeze(matrixTranspose(b), -3); // [..., 1, n, k]
  const products = unsqueeze(a, -2).mul(columns); // [..., m, n, k]
  return sum(products, -1);
}

/**
 * Σ leftᵢ rightᵢ of two vectors.
 *
 * Shape: [n], [n] → scalar.
 * @throws {ShapeError} if they are not two vectors of one length.
 * @example
 * await dot(tensor([1, 2]), tensor([3, 4])).item(); // => 11
 */
export function dot(left: Tensor, right: Tensor): Tensor {
  checkTensor("dot", left);
  checkTensor("dot", right);
  if (left.ndim !== 1 || right.ndim !== 1 || left.elementCount !== right.elementCount)
    throw new ShapeError(
      "dot",
      `needs two vectors of one length: left ${formatShape(left.shape)}, right ${formatShape(right.shape)}. Use matmul for matrices.`,
      { expected: left.shape, received: right.shape },
    );
  return matmul(left, right);
}

/**
 * All products of two vectors' elements.
 *
 * Shape: [m], [n] → [m, n].
 * @throws {ShapeError} if one is not a vector.
 * @example
 * await outer(tensor([1, 2]), tensor([3, 4])).toArray(); // => [[3, 4], [6, 8]]
 */
export function outer(left: Tensor, right: Tensor): Tensor {
  checkTensor("outer", left);
  checkTensor("outer", right);
  if (left.ndim !== 1 || right.ndim !== 1)
    throw new ShapeError(
      "outer",
      `needs two vectors: left ${formatShape(left.shape)}, right ${formatShape(right.shape)}. Use flatten().`,
      { received: [left.shape, right.shape] },
    );
  return unsqueeze(left, 1).mul(unsqueeze(right, 0));
}

/**
 * Σ over pairs of axes: `axes` names those of the left and of the right, in matching order; a
 * number means the last ones of the left and the first ones of the right.
 *
 * Shape: the left's other axes, then the right's.
 * @throws {ShapeError} if paired sizes differ.
 * @throws {AxisError} if an axis does not exist.
 * @example
 * tensordot(zeros([2, 3, 4]), zeros([4, 3, 5]), [[1, 2], [1, 0]]).shape; // => [2, 5]
 */
export function tensordot(
  left: Tensor,
  right: Tensor,
  axes: number | readonly [left: readonly number[], right: readonly number[]] = 2,
): Tensor {
  checkTensor("tensordot", left);
  checkTensor("tensordot", right);
  const [leftAxes, rightAxes] = pairedAxes(left, right, axes);
  const leftFree = freeAxes(left, leftAxes);
  const rightFree = freeAxes(right, rightAxes);
  const sizesOf = (x: Tensor, chosen: readonly number[]): Shape =>
    chosen.map((axis) => x.shape[axis]!);
  const inner = elementCount(sizesOf(left, leftAxes));
  const leftSizes = sizesOf(left, leftFree);
  const rightSizes = sizesOf(right, rightFree);
  const a = reshape(permute(left, [...leftFree, ...leftAxes]), [elementCount(leftSizes), inner]);
  const b = reshape(permute(right, [...rightAxes, ...rightFree]), [
    inner,
    elementCount(rightSizes),
  ]);
  return reshape(matmul(a, b), [...leftSizes, ...rightSizes]);
}

function freeAxes(x: Tensor, bound: readonly number[]): number[] {
  return x.shape.map((_, axis) => axis).filter((axis) => !bound.includes(axis));
}

function pairedAxes(
  left: Tensor,
  right: Tensor,
  axes: number | readonly [readonly number[], readonly number[]],
): [number[], number[]] {
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(left.ndim, right.ndim))
      throw wrongType("tensordot", "both sides need as many axes", axes, "Sum over fewer.");
  } else {
    checkList("tensordot", axes, "the axes", "two lists");
    for (const side of [axes[0], axes[1]])
      checkList("tensordot", side, "the axes of a side", "whole numbers");
  }
  const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
  const [leftAxes, rightAxes] =
    typeof axes === "number" ? [count(axes).map((i) => i - axes), count(axes)] : axes;
  const a = leftAxes.map((axis) => normalizeAxis(axis, left.ndim, "tensordot"));
  const b = rightAxes.map((axis) => normalizeAxis(axis, right.ndim, "tensordot"));
  const fits =
    a.length === b.length &&
    new Set(a).size === a.length &&
    new Set(b).size === b.length &&
    a.every((axis, i) => left.shape[axis] === right.shape[b[i]!]);
  if (!fits)
    throw new ShapeError(
      "tensordot",
      `paired axes do not fit: left ${formatShape(left.shape)} axes [${leftAxes.join(", ")}], right ${formatShape(right.shape)} axes [${rightAxes.join(", ")}]. Pair each axis once with one of the same size.`,
      { expected: left.shape, received: right.shape },
    );
  return [a, b];
}
