import { ArgumentError } from "@dl/backend";
import { eliminate, productOfPivots } from "./elimination.ts";
import { exponentialOf, factorQR } from "./factorizations.ts";
import { likeFirst, stackwise, type MatrixMethod, type MatrixSize } from "./matrix-method.ts";

import {
  addMultiple,
  largestMagnitude,
  matrix,
  productOf,
  row,
  transposeOf,
  type Matrix,
} from "./matrix.ts";
import { singularValues, type Singular } from "./singular-values.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** Q above Rᵀ. */
const qrWith = (name: string, columnsOfQ: (size: MatrixSize) => number): MatrixMethod =>
  stackwise({
    name,
    resultSize: ([a]) => ({ rows: a!.rows + a!.columns, columns: columnsOfQ(a!) }),
    each: ([a]) => {
      const { q, r } = factorQR(a!, columnsOfQ(a!));
      return stacked(q, transposeOf(r));
    },
  });
export const qrMethod = /* @__PURE__ */ qrWith("qr", ({ rows, columns }) =>
  Math.min(rows, columns),
);
export const qrCompleteMethod = /* @__PURE__ */ qrWith("qrComplete", ({ rows }) => rows);

/** The values above the vectors, which are columns. */
export const eighMethod = /* @__PURE__ */ stackwise({
  name: "eigh",
  resultSize: ([a]) => ({ rows: a!.rows + 1, columns: a!.columns }),
  each: ([a], which) => {
    const { values, vectors } = symmetricEigen(a!) ?? fail("eigh", which);
    for (let i = 0; i < vectors.rows; i++) orient(row(vectors, i));
    return stacked(matrix(1, values.length, values), transposeOf(vectors));
  },
});

/** The values above U above V. */
export const svdMethod = /* @__PURE__ */ stackwise({
  name: "svd",
  resultSize: ([a]) => ({
    rows: 1 + a!.rows + a!.columns,
    columns: Math.min(a!.rows, a!.columns),
  }),
  each: ([a], which) => {
    const { values, u, v } = svdOf(a!, "svd", which);
    for (let i = 0; i < u.rows; i++) orient(row(u, i), row(v, i));
    return stacked(matrix(1, values.length, values), transposeOf(u), transposeOf(v));
  },
});

/** Singular values up to a number, the tolerance, times the largest count as zero. */
export const pinverseMethod = /* @__PURE__ */ stackwise({
  name: "pinverse",
  resultSize: ([a]) => ({ rows: a!.columns, columns: a!.rows }),
  each: ([a], which, [tolerance]) => {
    const { values, u, v } = svdOf(a!, "pinverse", which);
    const least = tolerance! * (values[0] ?? 0);
    return weightedSum(
      v,
      u,
      values.map((value) => (value > least ? 1 / value : 0)),
    );
  },
});

/** det(A) A⁻¹, which exists also where A⁻¹ does not: V diag(products of the other values) Uᵀ. */
export const adjugateMethod = /* @__PURE__ */ stackwise({
  name: "adjugate",
  resultSize: likeFirst,
  each: ([a], which) => {
    const { values, u, v } = svdOf(a!, "det", which);
    const orientation = orientationOf(u, v);
    return weightedSum(
      v,
      u,
      values.map((_, i) => orientation * productWithout(values, i, i)),
    );
  },
});

/**
 * Of A and dC the gradient of ⟨dC, adjugate(A)⟩ in A, which needs no inverse either.
 *
 * With A = U S Vᵀ it is that of a diagonal matrix: U G Vᵀ, G made of N = Vᵀ dC U and the products of
 * all but two singular values: Gₖₖ = Σᵢ Nᵢᵢ Πₖᵢ, Gᵢⱼ = -Nᵢⱼ Πᵢⱼ.
 */
export const adjugateAdjointMethod = /* @__PURE__ */ stackwise({
  name: "adjugateAdjoint",
  resultSize: likeFirst,
  each: ([a, dc], which) => {
    const { values, u, v } = svdOf(a!, "det", which);
    const n = values.length;
    const within = productOf(productOf(v, dc!), transposeOf(u));
    const g = matrix(n, n);
    const orientation = orientationOf(u, v);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        const others = orientation * productWithout(values, i, j);
        g.elements[i * n + j] = -within.elements[i * n + j]! * others;
        g.elements[i * n + i]! += within.elements[j * n + j]! * others;
      }
    return productOf(productOf(transposeOf(u), g), v);
  },
});

export const matrixExpMethod = /* @__PURE__ */ stackwise({
  name: "matrixExp",
  resultSize: likeFirst,
  each: ([a]) => exponentialOf(a!, productOf),
});

function stacked(...parts: readonly Matrix[]): Matrix {
  const { columns } = parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const result = matrix(rows, columns);
  let at = 0;
  for (const { elements } of parts) {
    result.elements.set(elements, at);
    at += elements.length;
  }
  return result;
}

/** Vectors are known up to their sign: the largest component, the first of several, is positive. */
function orient(vector: Float64Array, partner?: Float64Array): void {
  const largest = largestMagnitude(vector);
  if (vector.find((x) => Math.abs(x) === largest)! >= 0) return;
  for (const x of [vector, partner]) x?.forEach((element, i) => (x[i] = -element));
}

/** Σ weightₖ xₖ yₖᵀ over rows. */
function weightedSum(x: Matrix, y: Matrix, weights: Float64Array): Matrix {
  const result = matrix(x.columns, y.columns);
  weights.forEach((weight, k) =>
    row(x, k).forEach((element, i) => addMultiple(row(result, i), row(y, k), weight * element)),
  );
  return result;
}

function determinantOf({ rows, elements }: Matrix): number {
  const lu = elements.slice();
  return productOfPivots(lu, rows, eliminate(lu, new Int32Array(rows), rows));
}

/** det U det V, which are 1 or -1. */
const orientationOf = (u: Matrix, v: Matrix): number =>
  Math.sign(determinantOf(u)) * Math.sign(determinantOf(v));

const productWithout = (values: Float64Array, i: number, j: number): number =>
  values.reduce((product, value, k) => (k === i || k === j ? product : product * value), 1);

const svdOf = (a: Matrix, op: string, which: string): Singular =>
  singularValues(a) ?? fail(op, which);

function fail(op: string, which: string): never {
  throw new ArgumentError(
    op,
    `the iteration for ${which} did not converge. Its elements differ too much in size: divide it by its largest.`,
  );
}
