import { ArgumentError } from "@dl/backend";
import { alias } from "../core/alias.ts";
import type { HostGradient } from "../core/host-function.ts";
import type { Tensor } from "../core/tensor.ts";
import { eye, zerosLike } from "../ops/creation.ts";
import { concatenate } from "../ops/join.ts";
import { matmul } from "../ops/matmul.ts";
import { matrixTranspose } from "../ops/permute.ts";
import { amax, sum } from "../ops/reduce.ts";
import { narrow } from "../ops/slice.ts";
import { expand } from "../ops/views.ts";
import { checkMatrices, checkSquare, onMatrices } from "./check-matrices.ts";
import { svd } from "./decompositions.ts";
import { matrixExpMethod } from "./matrix-methods.ts";
import { inverse, toleranceOf, type PinverseOptions } from "./solve.ts";

/**
 * The exponential Σ Aᵏ / k! of square matrices, on the host in float64.
 *
 * Shape: [..., n, n] → the same.
 * Source: Moler & Van Loan 2003, "Nineteen dubious ways to compute the exponential of a matrix".
 *
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * await matrixExp(tensor([[0, 1], [0, 0]])).toArray(); // => [[1, 1], [0, 1]]
 */
export function matrixExp(x: Tensor): Tensor {
  checkSquare("matrixExp", x);
  return onMatrices(matrixExpMethod, matrixExpGradient, [x]);
}

/**
 * Aⁿ for a whole number n, by repeated squaring; below 0 a power of the inverse.
 *
 * Shape: [..., n, n] → the same.
 * @throws {ArgumentError} if the exponent is not whole, or below 0 for a singular matrix.
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * await matrixPower(tensor([[1, 1], [0, 1]]), 5).toArray(); // => [[1, 5], [0, 1]]
 */
export function matrixPower(x: Tensor, exponent: number): Tensor {
  checkSquare("matrixPower", x);
  if (!Number.isSafeInteger(exponent))
    throw new ArgumentError(
      "matrixPower",
      `the exponent must be a whole number: received ${exponent}.`,
      { received: exponent },
    );
  let power: Tensor | undefined;
  let square = exponent < 0 ? inverse(x) : x;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = power === undefined ? square : matmul(power, square);
    if (left > 1) square = matmul(square, square);
  }
  const { dtype, backend, shape } = x;
  if (power === undefined)
    return expand(eye(shape.at(-1)!, shape.at(-1), { dtype, backend }), shape);
  return power === x ? alias(x) : power;
}

/**
 * How many singular values are above `tolerance` times the largest, int32.
 *
 * Shape: [..., m, n] → [...].
 * @throws {ShapeError} if there are fewer than two axes.
 * @throws {ArgumentError} if the tolerance is not a number from 0 on.
 * @example
 * await matrixRank(tensor([[1, 2], [2, 4]])).item(); // => 1
 */
export function matrixRank(x: Tensor, options: PinverseOptions = {}): Tensor {
  checkMatrices("matrixRank", x);
  const tolerance = toleranceOf("matrixRank", x, options);
  const { values } = svd(x);
  if (values.elementCount === 0) return sum(values.cast("int32"), -1);
  const least = amax(values, -1, { keepDims: true }).mul(tolerance);
  return sum(values.greater(least).cast("int32"), -1);
}

// exp [[A, E], [0, A]] has the derivative along E in its corner (Van Loan 1978).
const matrixExpGradient: HostGradient = (dy, [a]) => {
  const n = a!.shape.at(-1)!;
  const at = matrixTranspose(a!);
  const upper = concatenate([at, dy], -1);
  const lower = concatenate([zerosLike(at), at], -1);
  const block = matrixExp(concatenate([upper, lower], -2));
  return [narrow(narrow(block, -2, 0, n), -1, n, n)];
};
