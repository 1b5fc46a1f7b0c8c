import { ArgumentError, checkOptions } from "@dl/backend";
import type { HostGradient } from "../core/host-function.ts";
import type { Tensor } from "../core/tensor.ts";
import { matmul } from "../ops/matmul.ts";
import { matrixTranspose } from "../ops/permute.ts";
import { checkMatrices, checkSquare, epsilonOf, onMatrices, onPairs } from "./check-matrices.ts";
import { outerProduct, product } from "./matrix-product.ts";
import { pinverseMethod } from "./matrix-methods.ts";
import { inverseMethod, solveMethod } from "./system-methods.ts";

/**
 * X with A X = B.
 *
 * By elimination with pivots, on the host in float64. A matrix that is singular in double precision
 * is refused.
 *
 * Shape: A [..., n, n], B [n] or [..., n, k] → B's; axes before the last two broadcast.
 * @throws {ArgumentError} naming the pivot, if a matrix is singular.
 * @throws {ShapeError} if the matrices are not square, or B has another number of rows.
 * @example
 * await solve(tensor([[2, 0], [1, 4]]), tensor([2, 9])).toArray(); // => [1, 2]
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  checkSquare("solve", a);
  return onPairs("solve", a, b, (left, right) =>
    onMatrices(solveMethod, solveGradient, [left, right]),
  );
}

/**
 * A⁻¹; to multiply by it, {@link solve} is more accurate.
 *
 * On the host in float64.
 *
 * Shape: [..., n, n] → the same.
 * @throws {ArgumentError} naming the pivot, if a matrix is singular.
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * await inverse(tensor([[2, 0], [0, 4]])).toArray(); // => [[0.5, 0], [0, 0.25]]
 */
export function inverse(x: Tensor): Tensor {
  checkSquare("inverse", x);
  return onMatrices(inverseMethod, inverseGradient, [x]);
}

/** Which singular values count as 0 in {@link pinverse}. */
export interface PinverseOptions {
  /**
   * Singular values up to this share of the largest count as zero. max(m, n) times the type's
   * epsilon unless said.
   */
  readonly tolerance?: number;
}

/**
 * The Moore-Penrose inverse: of all X that minimise ‖A X - I‖ the smallest.
 *
 * By singular values, on the host in float64.
 *
 * Shape: [..., m, n] → [..., n, m].
 * Source: Golub & Pereyra 1973, "The differentiation of pseudo-inverses" (the gradient).
 *
 * @throws {ShapeError} if there are fewer than two axes.
 * @throws {ArgumentError} if the tolerance is not a number from 0 on.
 * @example
 * await pinverse(tensor([[1, 0], [0, 0]])).toArray(); // => [[1, 0], [0, 0]]
 */
export function pinverse(x: Tensor, options: PinverseOptions = {}): Tensor {
  checkMatrices("pinverse", x);
  return onMatrices(pinverseMethod, pinverseGradient, [x], [toleranceOf("pinverse", x, options)]);
}

/** @throws {ArgumentError} if it is not a number from 0 on. */
export function toleranceOf(op: string, x: Tensor, options: PinverseOptions): number {
  const { tolerance } = checkOptions(op, options, { tolerance: "number" });
  if (tolerance === undefined) return Math.max(...x.shape.slice(-2)) * epsilonOf(x.dtype);
  if (tolerance >= 0) return tolerance;
  throw new ArgumentError(op, `the tolerance must be 0 or above: received ${tolerance}.`, {
    received: tolerance,
  });
}

/**
 * Of all X that minimise ‖A X - B‖ the smallest: least squares for any shape and rank of A.
 *
 * Shape: A [..., m, n], B [m] or [..., m, k] → [n] or [..., n, k].
 * @throws {ShapeError} if B has another number of rows than A.
 * @example
 * await lstsq(tensor([[1], [1]]), tensor([1, 3])).toArray(); // => [2]
 */
export function lstsq(a: Tensor, b: Tensor, options: PinverseOptions = {}): Tensor {
  checkMatrices("lstsq", a);
  const tolerance = toleranceOf("lstsq", a, options);
  return onPairs("lstsq", a, b, (left, right) =>
    matmul(onMatrices(pinverseMethod, pinverseGradient, [left], [tolerance]), right),
  );
}

// dB = A⁻ᵀ dX, dA = -dB Xᵀ.
const solveGradient: HostGradient = (dx, [a], x) => {
  const db = solve(matrixTranspose(a!), dx);
  return [outerProduct(db, x).neg(), db];
};

// dA = -Pᵀ dP Pᵀ, P the inverse.
const inverseGradient: HostGradient = (dp, _inputs, p) => [
  product(matrixTranspose(p), dp, matrixTranspose(p)).neg(),
];

// The same, and what changes outside the spans of rows and columns.
const pinverseGradient: HostGradient = (dp, [a], p) => {
  const [at, pt, dpt] = [a!, p, dp].map(matrixTranspose) as [Tensor, Tensor, Tensor];
  const toRows = product(dpt, p, pt);
  const toColumns = product(pt, p, dpt);
  return [
    product(pt, dp, pt)
      .neg()
      .add(toRows.sub(product(pt, at, toRows)))
      .add(toColumns.sub(product(toColumns, at, pt))),
  ];
};
