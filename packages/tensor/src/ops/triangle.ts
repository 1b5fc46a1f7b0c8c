import { checkWhole, ShapeError } from "@dl/backend";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkMatrices, checkTensor } from "./check-operands.ts";
import { arange } from "./creation.ts";
import { pad } from "./pad.ts";
import { broadcastTo } from "./pointwise.ts";
import { narrow, slice } from "./slice.ts";
import { flatten, reshape, unsqueeze } from "./views.ts";
import { add, lessEqual, select } from "../scalar-functions.ts";

const lowerOp = new PointwiseOp("tril", (x, row, column, offset) =>
  select(lessEqual(column, add(row, offset)), x, 0),
);
const upperOp = new PointwiseOp("triu", (x, row, column, offset) =>
  select(lessEqual(add(row, offset), column), x, 0),
);

/**
 * The lower triangle of each matrix, zero above; `offset` moves the border up (or down, below 0).
 *
 * Shape: [..., m, n] → the same.
 * @throws {ShapeError} if there are fewer than two axes.
 * @example
 * await tril(tensor([[1, 2], [3, 4]])).toArray(); // => [[1, 0], [3, 4]]
 */
export function tril(x: Tensor, offset = 0): Tensor {
  return triangle("tril", lowerOp, x, offset);
}

/**
 * The upper triangle of each matrix, zero below; `offset` moves the border up (or down, below 0).
 *
 * Shape: [..., m, n] → the same.
 * @throws {ShapeError} if there are fewer than two axes.
 * @example
 * await triu(tensor([[1, 2], [3, 4]]), 1).toArray(); // => [[0, 2], [0, 0]]
 */
export function triu(x: Tensor, offset = 0): Tensor {
  return triangle("triu", upperOp, x, offset);
}

function triangle(name: string, op: PointwiseOp, x: Tensor, offset: number): Tensor {
  checkMatrices(name, x);
  checkWhole(name, "the offset", offset);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const row = unsqueeze(arange(rows, { backend: x.backend }), 1);
  const column = arange(columns, { backend: x.backend });
  // Beyond the matrix nothing changes any more, and a sum with a row could wrap.
  const border = Math.min(Math.max(offset, -rows), columns);
  return applyOne(
    "pointwise",
    [
      x,
      broadcastTo(row, x.shape),
      broadcastTo(column, x.shape),
      { number: border, dtype: "int32" },
    ],
    { op },
  );
}

/**
 * The diagonal of each matrix (last two axes), `offset` places above the main one, or below it.
 *
 * Shape: [..., m, n] → [..., length of the diagonal].
 * @throws {ShapeError} if there are fewer than two axes.
 * @example
 * await diagonal(tensor([[1, 2], [3, 4]])).toArray(); // => [1, 4]
 */
export function diagonal(x: Tensor, offset = 0): Tensor {
  checkMatrices("diagonal", x);
  checkWhole("diagonal", "the offset", offset);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const length = Math.max(Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)), 0);
  // Row-major, the next element of a diagonal lies columns + 1 further.
  const start = offset >= 0 ? offset : -offset * columns;
  const step = columns + 1;
  const stop = length === 0 ? start : start + (length - 1) * step + 1;
  return slice(flatten(x, -2), ["...", [start, stop, step]]);
}

/**
 * Matrices with these diagonals and zeros beside them.
 *
 * Shape: [..., n] → [..., n, n].
 * @throws {ShapeError} for a scalar.
 * @example
 * await diagonalMatrix(tensor([1, 2])).toArray(); // => [[1, 0], [0, 2]]
 */
export function diagonalMatrix(x: Tensor): Tensor {
  checkTensor("diagonalMatrix", x);
  if (x.ndim === 0)
    throw new ShapeError("diagonalMatrix", "needs at least 1 axis, got a scalar. Use unsqueeze.", {
      received: x.shape,
    });
  const size = x.shape.at(-1)!;
  // Rows [xᵢ, 0, ..., 0] of n + 1 elements, read as rows of n, put xᵢ on the diagonal.
  const rows = pad(unsqueeze(x, -1), [[0, size]]);
  const flat = flatten(rows, -2);
  return reshape(narrow(flat, -1, 0, size * size), [...x.shape, size]);
}

/**
 * Sum of the main diagonal of each matrix.
 *
 * Shape: [..., m, n] → [...].
 * @throws {ShapeError} if there are fewer than two axes.
 * @example
 * await trace(tensor([[1, 2], [3, 4]])).item(); // => 5
 */
export function trace(x: Tensor): Tensor {
  checkMatrices("trace", x);
  const values = diagonal(x);
  return applyOne("reduce", [values], { op: "sum", axes: [values.ndim - 1] });
}
