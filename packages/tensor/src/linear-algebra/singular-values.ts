import {
  addMultiple,
  dotOf,
  doubleEpsilon,
  identity,
  matrix,
  row,
  scaled,
  transposeOf,
  type Matrix,
} from "./matrix.ts";
import { rotate } from "./symmetric-eigen.ts";

/** A = Σ valueₖ uₖ vₖᵀ: singular values from the largest on, and both kinds of vectors as rows. */
export interface Singular {
  readonly values: Float64Array;
  readonly u: Matrix;
  readonly v: Matrix;
}

/** Five to ten sweeps are usual. */
const mostSweeps = 60;

/**
 * The singular value decomposition by one-sided rotations, which make columns orthogonal pair by
 * pair; undefined if that does not converge.
 *
 * Source: Hestenes 1958, "Inversion of matrices by biorthogonalization"; Demmel & Veselić 1992,
 * "Jacobi's method is more accurate than QR".
 */
export function singularValues(a: Matrix): Singular | undefined {
  if (a.rows < a.columns) {
    const turned = singularValues(transposeOf(a));
    return turned && { values: turned.values, u: turned.v, v: turned.u };
  }
  const { unit, scale } = scaled(a);
  const columns = transposeOf(unit);
  const v = identity(a.columns);
  const negligible = doubleEpsilon * Math.sqrt(dotOf(unit.elements, unit.elements));
  if (!orthogonalize(columns, v, negligible)) return undefined;
  const lengths = Float64Array.from({ length: a.columns }, (_, i) => norm(row(columns, i)));
  const order = [...lengths.keys()].toSorted((i, j) => lengths[j]! - lengths[i]!);
  const result = {
    values: Float64Array.from(order, (i) => lengths[i]! * scale),
    u: matrix(a.columns, a.rows),
    v: matrix(a.columns, a.columns),
  };
  order.forEach((from, to) => {
    row(result.v, to).set(row(v, from));
    if (lengths[from]! > negligible)
      addMultiple(row(result.u, to), row(columns, from), 1 / lengths[from]!);
    else completeBasis(result.u, to);
  });
  return result;
}

/** Rotates pairs of rows of `vectors`, the same way in `v`, until all are orthogonal. */
function orthogonalize(vectors: Matrix, v: Matrix, negligible: number): boolean {
  const rows = Array.from({ length: vectors.rows }, (_, i) => row(vectors, i));
  const turned = rows.map((_, i) => row(v, i));
  const nearlyZero = doubleEpsilon * Math.sqrt(vectors.columns);
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    const squares = rows.map((x) => dotOf(x, x));
    let isDone = true;
    for (let p = 0; p < rows.length; p++)
      for (let q = p + 1; q < rows.length; q++) {
        const [xx, yy] = [squares[p]!, squares[q]!];
        if (Math.min(xx, yy) <= negligible ** 2) continue;
        const xy = dotOf(rows[p]!, rows[q]!);
        if (Math.abs(xy) <= nearlyZero * Math.sqrt(xx * yy)) continue;
        isDone = false;
        const cotangent = (yy - xx) / (2 * xy);
        const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.hypot(cotangent, 1));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(rows[p]!, rows[q]!, cosine, cosine * tangent);
        rotate(turned[p]!, turned[q]!, cosine, cosine * tangent);
        squares[p] = xx - tangent * xy;
        squares[q] = yy + tangent * xy;
      }
    if (isDone) return true;
  }
  return false;
}

/** Fills row `at` with a unit vector orthogonal to the rows before it. */
function completeBasis(rows: Matrix, at: number): void {
  const target = row(rows, at);
  // The axis that the rows so far reach least.
  const reached = new Float64Array(rows.columns);
  for (let i = 0; i < at; i++) row(rows, i).forEach((x, j) => (reached[j]! += x * x));
  target[reached.indexOf(Math.min(...reached))] = 1;
  // Twice, because one projection leaves rounding errors behind.
  for (let pass = 0; pass < 2; pass++) {
    for (let i = 0; i < at; i++) addMultiple(target, row(rows, i), -dotOf(target, row(rows, i)));
    const length = norm(target);
    target.forEach((x, j) => (target[j] = x / length));
  }
}

const norm = (x: Float64Array): number => Math.sqrt(dotOf(x, x));
