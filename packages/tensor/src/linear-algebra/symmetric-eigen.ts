import { ArgumentError } from "@dl/backend";
import { checkElements } from "./check-elements.ts";
import {
  doubleEpsilon,
  identity,
  matrix,
  row,
  scaled,
  symmetricPart,
  type Matrix,
} from "./matrix.ts";

/** Eigenvalues from the smallest on, and eigenvectors as rows. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** More than any matrix needs; LAPACK stops at 30 as well. */
const mostStepsPerValue = 30;
/**
 * After so many, what is rounding error beside the whole matrix counts as nothing. Until then it is held
 * against its neighbours, which finds small values to their own precision; of a matrix of low rank, those
 * are rounding error as well.
 */
const stepsOfFullPrecision = 12;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: reflections make it tridiagonal, QL steps with
 * implicit shifts make it diagonal. undefined if that does not converge.
 *
 * Source: Dubrulle, Martin & Wilkinson 1968, "The implicit QL algorithm"; Golub & Van Loan,
 * "Matrix Computations", 4th ed., 8.3.
 */
export function symmetricEigen(a: Matrix): Eigen | undefined {
  const { unit, scale } = scaled(symmetricPart(a));
  const vectors = identity(a.rows);
  const { diagonal, beside } = tridiagonalize(unit, vectors);
  for (let l = 0; l < diagonal.length; l++)
    if (!isolateValue(diagonal, beside, vectors, l)) return undefined;
  const order = [...diagonal.keys()].toSorted((i, j) => diagonal[i]! - diagonal[j]!);
  const sorted = matrix(a.rows, a.rows);
  order.forEach((from, to) => row(sorted, to).set(row(vectors, from)));
  return { values: Float64Array.from(order, (i) => diagonal[i]! * scale), vectors: sorted };
}

/**
 * Eigenvalues of a symmetric matrix of `size` rows, smallest first, on the host and in float64 whatever
 * the backend: for figures that are read anyway. `eigh` is for tensors.
 *
 * @throws {ShapeError} unless there are size · size elements.
 * @throws {ArgumentError} if an element is not finite, or an argument of another type.
 * @example
 * symmetricEigenvalues(new Float64Array([2, 1, 1, 2]), 2); // => [1, 3]
 */
export function symmetricEigenvalues(elements: Float64Array, size: number): Float64Array {
  checkElements("symmetricEigenvalues", elements, size, size);
  const { unit, scale } = scaled(symmetricPart(matrix(size, size, elements)));
  const { diagonal, beside } = tridiagonalize(unit);
  let isFound = elements.every(Number.isFinite);
  for (let l = 0; l < size && isFound; l++) isFound = isolateValue(diagonal, beside, undefined, l);
  if (!isFound)
    throw new ArgumentError(
      "symmetricEigenvalues",
      "no eigenvalues are found: an element is NaN or infinite. Check what the matrix is made of.",
      { received: elements },
    );
  return diagonal.toSorted().map((value) => value * scale);
}

/**
 * Qᵀ A Q tridiagonal: its diagonal and what stands beside it; the rows of `q`, if given, become Qᵀ's.
 *
 * What lies before row and column k is done with at step k, and neither read nor written any more.
 */
function tridiagonalize(
  { rows: n, elements: a }: Matrix,
  q?: Matrix,
): { readonly diagonal: Float64Array; readonly beside: Float64Array } {
  const [v, w] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 2; k++) {
    v[k] = 0;
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
    const square = dotFrom(k + 1, v, 0, v);
    const below = square - v[k + 1]! ** 2;
    if (below === 0) continue;
    v[k + 1]! += (v[k + 1]! < 0 ? -1 : 1) * Math.sqrt(square);
    const factor = 2 / dotFrom(k + 1, v, 0, v);
    // A - v wᵀ - w vᵀ is H A H for the reflection H = I - factor · v vᵀ.
    for (let i = k; i < n; i++) w[i] = factor * dotFrom(k + 1, a, i * n, v);
    const along = (-factor / 2) * dotFrom(k + 1, w, 0, v);
    for (let i = k + 1; i < n; i++) w[i]! += along * v[i]!;
    for (let i = k; i < n; i++) {
      const [vi, wi, start] = [v[i]!, w[i]!, i * n];
      for (let j = k + 1; j < n; j++) a[start + j] = a[start + j]! - vi * w[j]! - wi * v[j]!;
    }
    if (q !== undefined) reflect(q, v, k + 1, factor);
  }
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!),
    beside: Float64Array.from({ length: n }, (_, i) => a[i * n + i + 1] ?? 0),
  };
}

/** Σ a[start + i] v[i] from `first` on. */
function dotFrom(first: number, a: Float64Array, start: number, v: Float64Array): number {
  let sum = 0;
  for (let i = first; i < v.length; i++) sum += a[start + i]! * v[i]!;
  return sum;
}

/** q ← (I - factor · v vᵀ) q, where v is 0 before `first`. */
function reflect(
  { rows: n, elements: q }: Matrix,
  v: Float64Array,
  first: number,
  factor: number,
): void {
  const projection = new Float64Array(n);
  for (let i = first; i < n; i++)
    for (let j = 0; j < n; j++) projection[j]! += v[i]! * q[i * n + j]!;
  for (let i = first; i < n; i++)
    for (let j = 0; j < n; j++) q[i * n + j]! += -factor * v[i]! * projection[j]!;
}

/** QL steps until nothing stands beside diagonal element `l`; false if it takes too many. */
function isolateValue(
  d: Float64Array,
  e: Float64Array,
  vectors: Matrix | undefined,
  l: number,
): boolean {
  const n = d.length;
  for (let step = 0; step <= mostStepsPerValue; step++) {
    let m = l;
    // The largest element of the whole is 1.
    const least = step < stepsOfFullPrecision ? 0 : 1;
    while (
      m < n - 1 &&
      Math.abs(e[m]!) > doubleEpsilon * Math.max(Math.abs(d[m]!) + Math.abs(d[m + 1]!), least)
    )
      m++;
    if (m === l) return true;
    // Wilkinson's shift: the eigenvalue of the leading 2 x 2 block nearer to d[l].
    const half = (d[l + 1]! - d[l]!) / (2 * e[l]!);
    const shift = d[l]! - e[l]! / (half + (half < 0 ? -1 : 1) * Math.hypot(half, 1));
    let bulge = d[m]! - shift;
    let [sine, cosine, moved] = [1, 1, 0];
    let i = m - 1;
    for (; i >= l; i--) {
      const f = sine * e[i]!;
      const b = cosine * e[i]!;
      const length = Math.hypot(f, bulge);
      e[i + 1] = length;
      if (length === 0) {
        d[i + 1]! -= moved;
        break;
      }
      sine = f / length;
      cosine = bulge / length;
      const g = d[i + 1]! - moved;
      const t = (d[i]! - g) * sine + 2 * cosine * b;
      moved = sine * t;
      d[i + 1] = g + moved;
      bulge = cosine * t - b;
      if (vectors !== undefined) rotate(row(vectors, i), row(vectors, i + 1), cosine, sine);
    }
    e[m] = 0;
    if (i >= l) continue;
    d[l]! -= moved;
    e[l] = bulge;
  }
  return false;
}

/** [p, q] ← [c p - s q, s p + c q]. */
export function rotate(p: Float64Array, q: Float64Array, c: number, s: number): void {
  for (let i = 0; i < p.length; i++) {
    const a = p[i]!;
    const b = q[i]!;
    p[i] = c * a - s * b;
    q[i] = s * a + c * b;
  }
}
