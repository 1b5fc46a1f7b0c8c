import {
  addMultiple,
  copyOf,
  dotOf,
  identity,
  matrix,
  row,
  scaled,
  symmetricPart,
  type Matrix,
} from "./matrix.ts";

/** Lower triangular L with L Lᵀ = A, or the first pivot that is not above 0. */
export function factorCholesky(a: Matrix): Matrix | { readonly pivot: number; value: number } {
  const n = a.rows;
  const l = symmetricPart(a);
  for (let i = 0; i < n; i++) {
    const rowI = row(l, i);
    for (let j = 0; j <= i; j++) {
      const rest = rowI[j]! - dotOf(rowI.subarray(0, j), row(l, j).subarray(0, j));
      if (i > j) rowI[j] = rest / l.elements[j * n + j]!;
      else if (rest > 0) rowI[i] = Math.sqrt(rest);
      else return { pivot: i, value: rest };
    }
    rowI.fill(0, i + 1);
  }
  return l;
}

/** P A = L U: L below the diagonal of `lu`, with ones on its own; row i of it is row `order[i]` of A. */
export interface LU {
  readonly lu: Matrix;
  readonly order: Int32Array;
  /** Of the permutation. */
  readonly sign: 1 | -1;
}

/** Gaussian elimination with the largest pivot of each column. */
export function factorLU(a: Matrix): LU {
  const n = a.rows;
  const lu = copyOf(a);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let sign: 1 | -1 = 1;
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++)
      if (Math.abs(lu.elements[i * n + k]!) > Math.abs(lu.elements[best * n + k]!)) best = i;
    if (best !== k) {
      const moved = row(lu, k).slice();
      row(lu, k).set(row(lu, best));
      row(lu, best).set(moved);
      [order[k], order[best]] = [order[best]!, order[k]!];
      sign = sign === 1 ? -1 : 1;
    }
    const pivot = lu.elements[k * n + k]!;
    if (pivot === 0) continue;
    const right = row(lu, k).subarray(k + 1);
    for (let i = k + 1; i < n; i++) {
      const factor = (lu.elements[i * n + k]! /= pivot);
      if (factor !== 0) addMultiple(row(lu, i).subarray(k + 1), right, -factor);
    }
  }
  return { lu, order, sign };
}

/** X with A X = B. */
export function solveLU({ lu, order }: LU, b: Matrix): Matrix {
  const n = lu.rows;
  const x = matrix(n, b.columns);
  for (let i = 0; i < n; i++) {
    const target = row(x, i);
    target.set(row(b, order[i]!));
    for (let k = 0; k < i; k++) addMultiple(target, row(x, k), -lu.elements[i * n + k]!);
  }
  return solveTriangle(lu, x, "upper");
}

/** X with T X = B for the triangle of `a`, which has no zero on its diagonal. */
export function solveTriangle(a: Matrix, b: Matrix, triangle: "lower" | "upper"): Matrix {
  const n = a.rows;
  const x = copyOf(b);
  for (let step = 0; step < n; step++) {
    const i = triangle === "lower" ? step : n - 1 - step;
    const target = row(x, i);
    const [from, to] = triangle === "lower" ? [0, i] : [i + 1, n];
    for (let k = from; k < to; k++) addMultiple(target, row(x, k), -a.elements[i * n + k]!);
    const pivot = a.elements[i * n + i]!;
    for (let j = 0; j < target.length; j++) target[j]! /= pivot;
  }
  return x;
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
