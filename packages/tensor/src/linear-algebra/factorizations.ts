import { addMultiple, dotOf, identity, matrix, row, scaled, type Matrix } from "./matrix.ts";

/**
 * Lower triangular L with L Lᵀ = A for the symmetric part A of the matrix that begins at `start`, in the
 * same place of `l`, where zeros are. It ends at the first pivot that is not above 0, or not finite: there
 * is one if an element is not.
 */
export function factorCholeskyAt(
  a: Float64Array,
  l: Float64Array,
  start: number,
  n: number,
): { readonly pivot: number; readonly value: number } | undefined {
  for (let i = 0; i < n; i++) {
    const rowI = start + i * n;
    let pivot = a[rowI + i]!;
    for (let j = 0; j < i; j++) {
      const rowJ = start + j * n;
      let rest = 0.5 * a[rowI + j]! + 0.5 * a[rowJ + i]!;
      for (let k = 0; k < j; k++) rest -= l[rowI + k]! * l[rowJ + k]!;
      const element = rest / l[rowJ + j]!;
      l[rowI + j] = element;
      pivot -= element * element;
    }
    if (!(pivot > 0 && pivot < Infinity)) return { pivot: i, value: pivot };
    l[rowI + i] = Math.sqrt(pivot);
  }
  return undefined;
}

/**
 * Q [m, k] with orthonormal columns and R [k, n] upper triangular, Q R = A, by reflections
 * I - 2 v vᵀ / vᵀv. As LAPACK does, a column with nothing below the diagonal keeps its sign, and any
 * other gets a diagonal element of the opposite sign.
 *
 * Source: Householder 1958; Golub & Van Loan, "Matrix Computations", 4th ed., 5.2.
 */
export function factorQR(a: Matrix, k: number): { readonly q: Matrix; readonly r: Matrix } {
  const [m, n] = [a.rows, a.columns];
  const { unit: r, scale } = scaled(a);
  const reflections: { readonly v: Float64Array; readonly start: number }[] = [];
  for (let j = 0; j < Math.min(m - 1, n); j++) {
    const v = Float64Array.from({ length: m - j }, (_, i) => r.elements[(j + i) * n + j]!);
    if (v.every((element, i) => i === 0 || element === 0)) continue;
    v[0]! += (v[0]! < 0 ? -1 : 1) * Math.sqrt(dotOf(v, v));
    reflections.push({ v, start: j });
    reflect(r, v, j);
    for (let i = j + 1; i < m; i++) r.elements[i * n + j] = 0;
  }
  const q = matrix(m, k, new Float64Array(m * k));
  for (let i = 0; i < Math.min(m, k); i++) q.elements[i * k + i] = 1;
  for (const { v, start } of reflections.toReversed()) reflect(q, v, start);
  const upper = r.elements.subarray(0, k * n).map((element) => element * scale);
  return { q, r: matrix(k, n, upper) };
}

/** (I - 2 v vᵀ / vᵀv) times the rows from `start` on, in place. */
function reflect(a: Matrix, v: Float64Array, start: number): void {
  const projection = new Float64Array(a.columns);
  v.forEach((weight, i) => addMultiple(projection, row(a, start + i), weight));
  const factor = -2 / dotOf(v, v);
  v.forEach((weight, i) => addMultiple(row(a, start + i), projection, factor * weight));
}

/**
 * exp(A) = Σ Aᵏ / k!, by Taylor's series of A / 2ˢ with a norm of at most 1/2, squared s times.
 *
 * Source: Moler & Van Loan 2003, "Nineteen dubious ways to compute the exponential of a matrix",
 * method 3.
 */
export function exponentialOf(a: Matrix, product: (a: Matrix, b: Matrix) => Matrix): Matrix {
  const n = a.rows;
  let norm = 0;
  for (let i = 0; i < n; i++)
    norm = Math.max(
      norm,
      row(a, i).reduce((sum, element) => sum + Math.abs(element), 0),
    );
  let squarings = 0;
  for (let reach = 0.5; reach < norm; reach *= 2) squarings++;
  const small = matrix(
    n,
    n,
    a.elements.map((element) => element * 2 ** -squarings),
  );
  // The next term, 0.5¹⁹ / 19!, is below 2 ** -75.
  let result = identity(n);
  for (let k = 18; k > 0; k--) {
    result = product(small, result);
    for (let i = 0; i < result.elements.length; i++) result.elements[i]! /= k;
    for (let i = 0; i < n; i++) result.elements[i * n + i]! += 1;
  }
  for (let i = 0; i < squarings; i++) result = product(result, result);
  return result;
}
