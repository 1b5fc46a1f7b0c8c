import { ArgumentError, logarithm } from "@dl/backend";
import { eliminate, productOfPivots, solveEliminated } from "./elimination.ts";
import { factorCholeskyAt } from "./factorizations.ts";
import { areFinite, forFinite } from "./finite-elements.ts";
import { countOf, likeFirst, nameOf, type MatrixMethod, type MatrixSize } from "./matrix-method.ts";
import { doubleEpsilon, identity } from "./matrix.ts";
import { solveTriangleAt, zeroOnDiagonal, type Triangle } from "./triangles.ts";

// These make no object for a matrix: most are small, and there are many.

const likeSecond = ([, b]: readonly MatrixSize[]): MatrixSize => b!;
const numbers = (columns: number) => (): MatrixSize => ({ rows: 1, columns });

export const choleskyMethod: MatrixMethod = {
  name: "cholesky",
  isStackable: true,
  resultSize: likeFirst,
  compute: ([a], l, { shapes }) => {
    const [n, count] = [shapes[0]!.at(-1)!, countOf(shapes)];
    for (let m = 0; m < count; m++) {
      const start = m * n * n;
      const fault = factorCholeskyAt(a!, l, start, n);
      if (fault === undefined) continue;
      if (!areFinite(a!, start, start + n * n)) {
        l.fill(NaN, start, start + n * n);
        continue;
      }
      throw new ArgumentError(
        "cholesky",
        `${nameOf(m, count)} is not positive definite: pivot ${fault.pivot} is ${fault.value}. Add a small multiple of the identity, or use eigh.`,
        { received: fault.value },
      );
    }
  },
};

const triangleMethod = (name: string, triangle: Triangle): MatrixMethod => ({
  name,
  isStackable: true,
  resultSize: likeSecond,
  compute: ([a, b], x, { shapes, shape }) => {
    const [n, columns] = shape.slice(-2) as [number, number];
    const count = countOf(shapes);
    forFinite([a!, b!], x, count, (m) => {
      const from = m * n * n;
      const zero = zeroOnDiagonal(a!, from, n);
      if (zero !== undefined) throw singular("triangularSolve", nameOf(m, count), zero, 0);
      solveTriangleAt(triangle, a!, from, n, b!, x, m * n * columns, columns);
    });
  },
});

/** For each half the one with T X = B, and the one with Tᵀ X = B. */
export const triangleMethods: Readonly<
  Record<Triangle["half"], readonly [MatrixMethod, MatrixMethod]>
> = {
  lower: [
    /* @__PURE__ */ triangleMethod("solveLower", { half: "lower", isTransposed: false }),
    /* @__PURE__ */ triangleMethod("solveLowerTransposed", { half: "lower", isTransposed: true }),
  ],
  upper: [
    /* @__PURE__ */ triangleMethod("solveUpper", { half: "upper", isTransposed: false }),
    /* @__PURE__ */ triangleMethod("solveUpperTransposed", { half: "upper", isTransposed: true }),
  ],
};

/** Calls `each` for every matrix of a stack with a copy of it that {@link eliminate} worked on. */
function forEliminated(
  stacks: readonly Float64Array[],
  result: Float64Array,
  n: number,
  count: number,
  each: (m: number, lu: Float64Array, order: Int32Array, sign: 1 | -1) => void,
): void {
  const lu = new Float64Array(n * n);
  const order = new Int32Array(n);
  const a = stacks[0]!;
  forFinite(stacks, result, count, (m) => {
    for (let i = 0; i < lu.length; i++) lu[i] = a[m * lu.length + i]!;
    each(m, lu, order, eliminate(lu, order, n));
  });
}

/** @throws {ArgumentError} unless the matrix at `from` has an inverse in double precision. */
function checkRegular(
  op: string,
  which: string,
  a: Float64Array,
  from: number,
  lu: Float64Array,
  n: number,
): void {
  let largest = 0;
  for (let i = from; i < from + n * n; i++) largest = Math.max(largest, Math.abs(a[i]!));
  const least = (doubleEpsilon / 2) * n * largest;
  for (let i = 0; i < n; i++) {
    const pivot = lu[i * (n + 1)]!;
    if (!(Math.abs(pivot) > least)) throw singular(op, which, i, pivot);
  }
}

export const solveMethod: MatrixMethod = {
  name: "solve",
  isStackable: true,
  resultSize: likeSecond,
  compute: ([a, b], x, { shapes, shape }) => {
    const [n, columns] = shape.slice(-2) as [number, number];
    const count = countOf(shapes);
    forEliminated([a!, b!], x, n, count, (m, lu, order) => {
      checkRegular("solve", nameOf(m, count), a!, m * n * n, lu, n);
      const start = m * n * columns;
      solveEliminated(lu, order, n, b!, start, x, start, columns);
    });
  },
};

export const inverseMethod: MatrixMethod = {
  name: "inverse",
  isStackable: true,
  resultSize: likeFirst,
  compute: ([a], x, { shapes }) => {
    const [n, count] = [shapes[0]!.at(-1)!, countOf(shapes)];
    const { elements } = identity(n);
    forEliminated([a!], x, n, count, (m, lu, order) => {
      checkRegular("inverse", nameOf(m, count), a!, m * n * n, lu, n);
      solveEliminated(lu, order, n, elements, 0, x, m * n * n, n);
    });
  },
};

export const detMethod: MatrixMethod = {
  name: "det",
  isStackable: true,
  resultSize: /* @__PURE__ */ numbers(1),
  compute: ([a], result, { shapes }) => {
    const n = shapes[0]!.at(-1)!;
    forEliminated([a!], result, n, countOf(shapes), (m, lu, _order, sign) => {
      result[m] = productOfPivots(lu, n, sign);
    });
  },
};

/** The sign beside log |det A|. */
export const slogdetMethod: MatrixMethod = {
  name: "slogdet",
  isStackable: true,
  resultSize: /* @__PURE__ */ numbers(2),
  compute: ([a], result, { shapes }) => {
    const n = shapes[0]!.at(-1)!;
    forEliminated([a!], result, n, countOf(shapes), (m, lu, _order, sign) => {
      result[2 * m] = sign;
      // Logarithms are dear: one of a product, as long as that neither overflows nor vanishes.
      let product = 1;
      for (let i = 0; i < n; i++) {
        const pivot = lu[i * (n + 1)]!;
        result[2 * m]! *= Math.sign(pivot);
        const next = product * Math.abs(pivot);
        if (next > 1e-150 && next < 1e150) product = next;
        else {
          result[2 * m + 1]! += logarithm(product);
          product = Math.abs(pivot);
        }
      }
      result[2 * m + 1]! += logarithm(product);
    });
  },
};

function singular(op: string, which: string, i: number, pivot: number): ArgumentError {
  return new ArgumentError(
    op,
    `${which} is singular: pivot ${i} is ${pivot}. Use pinverse or lstsq, or add a small multiple of the identity.`,
    { received: pivot },
  );
}
