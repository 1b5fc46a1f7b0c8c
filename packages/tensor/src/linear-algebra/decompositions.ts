import { checkOptions } from "@dl/backend";
import type { Tensor } from "../core/tensor.ts";
import { concatenate } from "../ops/join.ts";
import { matmul } from "../ops/matmul.ts";
import { matrixTranspose } from "../ops/permute.ts";
import { narrow, select } from "../ops/slice.ts";
import { checkMatrices, checkSquare, onMatrices } from "./check-matrices.ts";
import { choleskyGradient } from "./cholesky-gradient.ts";
import {
  eighGradient,
  qrCompleteGradient,
  qrGradient,
  svdGradient,
} from "./decomposition-gradients.ts";
import { eighMethod, qrCompleteMethod, qrMethod, svdMethod } from "./matrix-methods.ts";
import { choleskyMethod } from "./system-methods.ts";

/**
 * The lower triangular factor of symmetric positive definite matrices.
 *
 * A = L Lᵀ with a positive diagonal of L. Of A its symmetric part (A + Aᵀ) / 2 counts. Computed on
 * the host in float64.
 *
 * Shape: [..., n, n] → the same.
 * Source: Murray 2016, arXiv:1602.07527 (the gradient).
 *
 * @throws {ArgumentError} naming the pivot, if a matrix is not positive definite.
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * await cholesky(tensor([[4, 2], [2, 5]])).toArray(); // => [[2, 0], [1, 2]]
 */
export function cholesky(x: Tensor): Tensor {
  checkSquare("cholesky", x);
  return onMatrices(choleskyMethod, choleskyGradient, [x]);
}

/** What {@link qr} gives. */
export interface QRFactors {
  /** Orthonormal columns. */
  readonly q: Tensor;
  /** Upper triangular. */
  readonly r: Tensor;
}

/** How much of Q {@link qr} gives. */
export interface QROptions {
  /** `"reduced"`, the default: k = min(m, n) columns in Q. `"complete"`: all m, a square Q. */
  readonly mode?: "reduced" | "complete";
}

/**
 * Orthonormal columns Q and an upper triangle R with A = Q R.
 *
 * Signs are LAPACK's. A complete Q of more rows than columns is not determined by A and has no
 * gradient. Computed on the host in float64.
 *
 * Shape: [..., m, n] → q [..., m, k], r [..., k, n].
 * Source: Roberts & Roberts 2020, arXiv:2009.10071 (the gradient).
 *
 * @throws {ShapeError} if there are fewer than two axes.
 * @example
 * const { q, r } = qr(tensor([[3, 1], [4, 2]]));
 * await r.toArray(); // => [[-5, -2.2], [0, 0.4]]
 * await q.matmul(r).toArray(); // => [[3, 1], [4, 2]]
 */
export function qr(x: Tensor, options: QROptions = {}): QRFactors {
  checkMatrices("qr", x);
  checkOptions("qr", options, { mode: '"reduced"|"complete"' });
  const [m, n] = x.shape.slice(-2) as [number, number];
  if (m < n) {
    // Q comes from the first m columns; of the others R is the image.
    const { q, r } = qr(narrow(x, -1, 0, m), options);
    const rest = matmul(matrixTranspose(q), narrow(x, -1, m, n - m));
    return { q, r: concatenate([r, rest], -1) };
  }
  const isComplete = options.mode === "complete" && m > n;
  const packed = isComplete
    ? onMatrices(qrCompleteMethod, qrCompleteGradient, [x])
    : onMatrices(qrMethod, qrGradient, [x]);
  return {
    q: narrow(packed, -2, 0, m),
    r: matrixTranspose(narrow(packed, -2, m, n)),
  };
}

/** What {@link eigh} gives. */
export interface SymmetricEigen {
  /** Eigenvalues, the smallest first. */
  readonly values: Tensor;
  /** Eigenvectors as columns. */
  readonly vectors: Tensor;
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V diag(values) Vᵀ.
 *
 * Of A its symmetric part (A + Aᵀ) / 2 counts. Each eigenvector's largest component is positive.
 * Vectors of equal eigenvalues are not determined by A: what depends on their choice has no finite
 * gradient. Computed on the host in float64.
 *
 * Shape: [..., n, n] → values [..., n], vectors [..., n, n].
 * Source: Giles 2008, "An extended collection of matrix derivative results", 3.1.
 *
 * @throws {ShapeError} if the matrices are not square.
 * @example
 * const { values } = eigh(tensor([[2, 1], [1, 2]]));
 * await values.toArray(); // => [1, 3]
 */
export function eigh(x: Tensor): SymmetricEigen {
  checkSquare("eigh", x);
  const packed = onMatrices(eighMethod, eighGradient, [x]);
  return { values: select(packed, -2, 0), vectors: narrow(packed, -2, 1, x.shape.at(-1)!) };
}

/** What {@link svd} gives. */
export interface SingularValues {
  /** Orthonormal columns. */
  readonly u: Tensor;
  /** Singular values, the largest first. */
  readonly values: Tensor;
  /** Orthonormal rows. */
  readonly vt: Tensor;
}

/**
 * The reduced singular value decomposition: A = U diag(values) Vᵀ, k = min(m, n) values.
 *
 * The largest component of each column of U is positive. Vectors of equal values are not determined
 * by A: what depends on their choice has no finite gradient. Computed on the host in float64.
 *
 * Shape: [..., m, n] → u [..., m, k], values [..., k], vt [..., k, n].
 * Source: Townsend 2016, "Differentiating the singular value decomposition".
 *
 * @throws {ShapeError} if there are fewer than two axes.
 * @example
 * const { u, values, vt } = svd(tensor([[0, 2], [1, 0]]));
 * await values.toArray(); // => [2, 1]
 * await u.mul(values).matmul(vt).toArray(); // => [[0, 2], [1, 0]]
 */
export function svd(x: Tensor): SingularValues {
  checkMatrices("svd", x);
  const [m, n] = x.shape.slice(-2) as [number, number];
  const packed = onMatrices(svdMethod, svdGradient, [x]);
  return {
    u: narrow(packed, -2, 1, m),
    values: select(packed, -2, 0),
    vt: matrixTranspose(narrow(packed, -2, 1 + m, n)),
  };
}
