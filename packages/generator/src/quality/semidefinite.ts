import { symmetricEigenvalues } from "@dl/tensor";

/** Distance from 1 to the next double. */
const doubleEpsilon = 2 ** -52;

/**
 * Trace of the square root of a · b, of two positive semidefinite matrices of `size` rows.
 *
 * With a = L Lᵀ, the eigenvalues of a · b other than 0 are those of Lᵀ b L, which is symmetric. The
 * factor comes from a Cholesky decomposition with pivots, and has as many columns as `a` has rank, so
 * that directions in which nothing varies add no noise of the size of a rounding error's root.
 */
export function traceOfProductRoot(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  size: number,
): number {
  const columns = semidefiniteFactor(a, size); // Lᵀ
  const images = columns.map((column) => timesSymmetric(b, column));
  const rank = columns.length;
  const product = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++)
    for (let j = i; j < rank; j++)
      product[i * rank + j] = product[j * rank + i] = dot(columns[i]!, images[j]!);
  const values = symmetricEigenvalues(product, rank);
  const noise = rank * doubleEpsilon * (values.at(-1) ?? 0);
  return values.reduce((sum, value) => (value > noise ? sum + Math.sqrt(value) : sum), 0);
}

/**
 * Columns of L with a = L Lᵀ, as many as the rank of a positive semidefinite matrix.
 *
 * Source: Higham 2002, "Accuracy and Stability of Numerical Algorithms", 10.3: Cholesky with complete
 * pivoting, ended where the largest pivot left is rounding error.
 */
function semidefiniteFactor(a: ArrayLike<number>, size: number): Float64Array[] {
  const left = Float64Array.from({ length: size }, (_, i) => a[i * size + i]!);
  const smallest = size * doubleEpsilon * left.reduce((most, x) => Math.max(most, x), 0);
  const columns: Float64Array[] = [];
  while (columns.length < size) {
    let pivot = 0;
    for (let i = 1; i < size; i++) if (left[i]! > left[pivot]!) pivot = i;
    if (!(left[pivot]! > smallest)) break;
    const column = Float64Array.from({ length: size }, (_, i) => a[i * size + pivot]!);
    for (const before of columns) {
      const factor = before[pivot]!;
      for (let i = 0; i < size; i++) column[i]! -= factor * before[i]!;
    }
    const root = Math.sqrt(left[pivot]!);
    for (let i = 0; i < size; i++) {
      column[i]! /= root;
      left[i]! -= column[i]! ** 2;
    }
    column[pivot] = root;
    left[pivot] = 0;
    columns.push(column);
  }
  return columns;
}

/** a · x of a symmetric matrix: its rows are its columns. */
function timesSymmetric(a: ArrayLike<number>, x: Float64Array): Float64Array {
  const size = x.length;
  const result = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    const factor = x[j]!;
    if (factor === 0) continue;
    for (let i = 0, p = j * size; i < size; i++, p++) result[i]! += factor * a[p]!;
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
