import { checkOptions } from "@dl/backend";
import type { Tensor } from "../core/tensor.ts";
import { tril, triu } from "../ops/triangle.ts";
import { checkSquare, onMatrices, onPairs } from "./check-matrices.ts";
import { outerProduct } from "./matrix-product.ts";
import { triangleMethods } from "./system-methods.ts";
import type { Triangle } from "./triangles.ts";

/** Which triangle {@link triangularSolve} reads. */
export interface TriangularSolveOptions {
  /** Use the upper triangle of A instead of the lower. Default false. */
  readonly upper?: boolean;
}

/**
 * X with T X = B, for the lower (or upper) triangle T of A; the other half of A is not read.
 *
 * On the host in float64.
 *
 * Shape: A [..., n, n], B [n] or [..., n, k] → B's; axes before the last two broadcast.
 * @throws {ArgumentError} if the diagonal has a zero.
 * @throws {ShapeError} if the matrices are not square, or B has another number of rows.
 * @example
 * await triangularSolve(tensor([[2, 0], [1, 4]]), tensor([2, 9])).toArray(); // => [1, 2]
 */
export function triangularSolve(
  a: Tensor,
  b: Tensor,
  options: TriangularSolveOptions = {},
): Tensor {
  checkSquare("triangularSolve", a);
  checkOptions("triangularSolve", options, { upper: "boolean" });
  const half = options.upper === true ? "upper" : "lower";
  return onPairs("triangularSolve", a, b, (left, right) => solveTriangle(half, false, left, right));
}

/**
 * X with T X = B, or Tᵀ X = B, for a half T of A.
 *
 * dB is the solution for the other of the two, and dT = -dB Xᵀ, or -X dBᵀ.
 */
export function solveTriangle(
  half: Triangle["half"],
  isTransposed: boolean,
  a: Tensor,
  b: Tensor,
): Tensor {
  const method = triangleMethods[half][isTransposed ? 1 : 0];
  const part = half === "lower" ? tril : triu;
  return onMatrices(
    method,
    (dx, [t], x) => {
      const db = solveTriangle(half, !isTransposed, t!, dx);
      return [part(isTransposed ? outerProduct(x, db) : outerProduct(db, x)).neg(), db];
    },
    [a, b],
  );
}
