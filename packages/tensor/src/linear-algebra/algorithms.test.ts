import { describe, expect, it } from "vitest";
import { eliminate, solveEliminated } from "./elimination.ts";
import { exponentialOf, factorCholeskyAt, factorQR } from "./factorizations.ts";
import { doubleEpsilon, identity, matrix, productOf, transposeOf, type Matrix } from "./matrix.ts";
import { singularValues } from "./singular-values.ts";
import { symmetricEigen, symmetricEigenvalues } from "./symmetric-eigen.ts";

/** A small generator of its own: Park & Miller 1988. */
function random(rows: number, columns: number, seed: number): Matrix {
  let state = seed + 1;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  return matrix(rows, columns, Float64Array.from({ length: rows * columns }, next));
}
const largest = (a: Matrix): number =>
  a.elements.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const difference = (a: Matrix, b: Matrix): number =>
  largest(
    matrix(
      a.rows,
      a.columns,
      a.elements.map((x, i) => x - b.elements[i]!),
    ),
  );
const diagonal = (values: Float64Array): Matrix => {
  const n = values.length;
  const result = matrix(n, n);
  values.forEach((value, i) => (result.elements[i * n + i] = value));
  return result;
};
/** Distance of the rows from orthonormal ones. */
const skew = (rows: Matrix): number =>
  difference(productOf(rows, transposeOf(rows)), identity(rows.rows));

const hilbert = (n: number): Matrix =>
  matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, i) => 1 / (1 + Math.floor(i / n) + (i % n))),
  );
const rankOne = matrix(
  5,
  3,
  Float64Array.from({ length: 15 }, (_, i) => (1 + Math.floor(i / 3)) * ((i % 3) - 1)),
);
const matrices: [string, Matrix][] = [
  ["1 x 1", matrix(1, 1, Float64Array.of(-3))],
  ["random 40 x 40", random(40, 40, 1)],
  ["tall 30 x 7", random(30, 7, 2)],
  ["wide 7 x 30", random(7, 30, 3)],
  ["zeros", matrix(4, 3)],
  ["rank one", rankOne],
  ["Hilbert 10", hilbert(10)],
  ["huge", matrix(2, 2, Float64Array.of(1e300, 2e300, -3e300, 1e299))],
  ["tiny", matrix(2, 2, Float64Array.of(1e-300, 2e-300, -3e-300, 1e-301))],
];

describe.each(matrices)("%s", (_name, a) => {
  const allowed = 20 * doubleEpsilon * Math.max(a.rows, a.columns) * largest(a);

  it("is the product of its singular value decomposition", () => {
    const { values, u, v } = singularValues(a)!;
    expect(
      difference(productOf(productOf(transposeOf(u), diagonal(values)), v), a),
    ).toBeLessThanOrEqual(allowed);
    expect(Math.max(skew(u), skew(v))).toBeLessThan(1e-13);
    expect([...values]).toEqual([...values].toSorted((x, y) => y - x));
  });

  it.each([Math.min(a.rows, a.columns), a.rows])("is Q R with %i columns in Q", (k) => {
    const { q, r } = factorQR(a, k);
    expect(difference(productOf(q, r), a)).toBeLessThanOrEqual(allowed);
    expect(skew(transposeOf(q))).toBeLessThan(1e-13);
    for (let i = 0; i < k; i++)
      for (let j = 0; j < Math.min(i, a.columns); j++)
        expect(r.elements[i * a.columns + j]).toBe(0);
  });

  it("has a symmetric part with eigenvectors", () => {
    const n = Math.min(a.rows, a.columns);
    const s = matrix(n, n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        s.elements[i * n + j] =
          (a.elements[i * a.columns + j]! + a.elements[j * a.columns + i]!) / 2;
    const { values, vectors } = symmetricEigen(s)!;
    const again = productOf(productOf(transposeOf(vectors), diagonal(values)), vectors);
    expect(difference(again, s)).toBeLessThanOrEqual(allowed);
    expect(skew(vectors)).toBeLessThan(1e-13);
    expect([...values]).toEqual([...values].toSorted((x, y) => x - y));
    // The same steps without the vectors: the same bits.
    expect([...symmetricEigenvalues(s.elements, n)]).toEqual([...values]);
  });
});

describe("factorizations", () => {
  it("solve a system of 60 equations", () => {
    const a = random(60, 60, 4);
    const x = random(60, 3, 5);
    const lu = a.elements.slice();
    const order = new Int32Array(60);
    eliminate(lu, order, 60);
    const found = matrix(60, 3);
    solveEliminated(lu, order, 60, productOf(a, x).elements, 0, found.elements, 0, 3);
    expect(difference(found, x)).toBeLessThan(1e-11);
  });

  it("find the Cholesky factor, or the pivot that forbids it", () => {
    const half = random(20, 30, 6);
    const a = productOf(half, transposeOf(half));
    const l = matrix(20, 20);
    expect(factorCholeskyAt(a.elements, l.elements, 0, 20)).toBeUndefined();
    expect(difference(productOf(l, transposeOf(l)), a)).toBeLessThan(1e-14 * 20);
    const indefinite = Float64Array.of(1, 2, 2, 1);
    expect(factorCholeskyAt(indefinite, new Float64Array(4), 0, 2)).toEqual({
      pivot: 1,
      value: -3,
    });
  });

  it("know the exponential of a rotation and of a large matrix", () => {
    const angle = 30;
    const turn = exponentialOf(matrix(2, 2, Float64Array.of(0, -angle, angle, 0)), productOf);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    expect(difference(turn, matrix(2, 2, Float64Array.of(c, -s, s, c)))).toBeLessThan(1e-13);
  });

  it("keep equal eigenvalues and find graded ones to their own precision", () => {
    const { values } = symmetricEigen(identity(6))!;
    expect([...values]).toEqual([1, 1, 1, 1, 1, 1]);
    const graded = singularValues(diagonal(Float64Array.of(1, 1e-5, 1e-10)))!;
    expect([...graded.values]).toEqual([1, 1e-5, 1e-10]);
  });

  it("find the eigenvalues of what has a low rank, where most of it is rounding error", () => {
    for (let seed = 0; seed < 20; seed++) {
      const half = random(64, 8, seed);
      const a = productOf(half, transposeOf(half));
      const { values, vectors } = symmetricEigen(a)!;
      const again = productOf(productOf(transposeOf(vectors), diagonal(values)), vectors);
      expect(difference(again, a)).toBeLessThan(1e-12);
      expect(values[55]).toBeLessThan(1e-12);
      expect(values[56]).toBeGreaterThan(0.1);
      expect([...symmetricEigenvalues(a.elements, 64)]).toEqual([...values]);
    }
  });

  it("refuse what has no eigenvalues, and a size that is not the matrix's", () => {
    for (const wrong of [Number.NaN, Infinity])
      expect(() => symmetricEigenvalues(Float64Array.of(1, 0, 0, wrong), 2)).toThrow(
        "symmetricEigenvalues: no eigenvalues are found: an element is NaN or infinite.",
      );
    expect(() => symmetricEigenvalues(new Float64Array(5), 2)).toThrow(
      "symmetricEigenvalues: a matrix of 2 rows and 2 columns has 4 elements: received 5.",
    );
    expect([...symmetricEigenvalues(new Float64Array(0), 0)]).toEqual([]);
  });
});
