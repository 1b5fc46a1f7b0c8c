import { ArgumentError, logarithm } from "@dl/backend";
import {
  exponentialOf,
  factorCholesky,
  factorLU,
  factorQR,
  solveLU,
  solveTriangle,
  type LU,
} from "./factorizations.ts";
import { stackwise, type MatrixMethod, type MatrixSize } from "./matrix-method.ts";
import {
  addMultiple,
  doubleEpsilon,
  identity,
  largestMagnitude,
  matrix,
  productOf,
  row,
  transposeOf,
  type Matrix,
} from "./matrix.ts";
import { singularValues, type Singular } from "./singular-values.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

const likeFirst = ([a]: readonly MatrixSize[]): MatrixSize => a!;
const likeSecond = ([, b]: readonly MatrixSize[]): MatrixSize => b!;
const numbers = (columns: number) => (): MatrixSize => ({ rows: 1, columns });

export const choleskyMethod = /* @__PURE__ */ stackwise({
  name: "cholesky",
  resultSize: likeFirst,
  each: ([a], which) => {
    const factor = factorCholesky(a!);
    if (!("pivot" in factor)) return factor;
    throw new ArgumentError(
      "cholesky",
      `${which} is not positive definite: pivot ${factor.pivot} is ${factor.value}. Add a small multiple of the identity, or use eigh.`,
      { received: factor.value },
    );
  },
});

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

export const solveMethod = /* @__PURE__ */ stackwise({
  name: "solve",
  resultSize: likeSecond,
  each: ([a, b], which) => solveLU(regularLU(a!, "solve", which), b!),
});

export const inverseMethod = /* @__PURE__ */ stackwise({
  name: "inverse",
  resultSize: likeFirst,
  each: ([a], which) => solveLU(regularLU(a!, "inverse", which), identity(a!.rows)),
});

const triangleMethod = (name: string, triangle: "lower" | "upper"): MatrixMethod =>
  stackwise({
    name,
    resultSize: likeSecond,
    each: ([a, b], which) => {
      for (let i = 0; i < a!.rows; i++)
        if (a!.elements[i * a!.rows + i] === 0) throw singular("triangularSolve", which, i, 0);
      return solveTriangle(a!, b!, triangle);
    },
  });
export const solveLowerMethod = /* @__PURE__ */ triangleMethod("solveLower", "lower");
export const solveUpperMethod = /* @__PURE__ */ triangleMethod("solveUpper", "upper");

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

export const detMethod = /* @__PURE__ */ stackwise({
  name: "det",
  resultSize: /* @__PURE__ */ numbers(1),
  each: ([a]) => matrix(1, 1, Float64Array.of(determinantOf(a!))),
});

/** The sign beside log |det A|. */
export const slogdetMethod = /* @__PURE__ */ stackwise({
  name: "slogdet",
  resultSize: /* @__PURE__ */ numbers(2),
  each: ([a]) => {
    const { lu, sign } = factorLU(a!);
    const pivots = diagonalOf(lu);
    return matrix(
      1,
      2,
      Float64Array.of(
        pivots.reduce((product, pivot) => product * Math.sign(pivot), sign),
        pivots.reduce((sum, pivot) => sum + logarithm(Math.abs(pivot)), 0),
      ),
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

const diagonalOf = ({ rows, columns, elements }: Matrix): number[] =>
  Array.from({ length: rows }, (_, i) => elements[i * columns + i]!);

function determinantOf(a: Matrix): number {
  const { lu, sign } = factorLU(a);
  return diagonalOf(lu).reduce((det, pivot) => det * pivot, sign);
}

/** det U det V, which are 1 or -1. */
const orientationOf = (u: Matrix, v: Matrix): number =>
  Math.sign(determinantOf(u)) * Math.sign(determinantOf(v));

const productWithout = (values: Float64Array, i: number, j: number): number =>
  values.reduce((product, value, k) => (k === i || k === j ? product : product * value), 1);

/** The factors of a matrix that has an inverse in double precision. */
function regularLU(a: Matrix, op: string, which: string): LU {
  const factors = factorLU(a);
  const least = (doubleEpsilon / 2) * a.rows * largestMagnitude(a.elements);
  diagonalOf(factors.lu).forEach((pivot, i) => {
    if (!(Math.abs(pivot) > least)) throw singular(op, which, i, pivot);
  });
  return factors;
}

function singular(op: string, which: string, i: number, pivot: number): ArgumentError {
  return new ArgumentError(
    op,
    `${which} is singular: pivot ${i} is ${pivot}. Use pinverse or lstsq, or add a small multiple of the identity.`,
    { received: pivot },
  );
}

const svdOf = (a: Matrix, op: string, which: string): Singular =>
  singularValues(a) ?? fail(op, which);

function fail(op: string, which: string): never {
  throw new ArgumentError(
    op,
    `the iteration for ${which} did not converge. Its elements differ too much in size: divide it by its largest.`,
  );
}
