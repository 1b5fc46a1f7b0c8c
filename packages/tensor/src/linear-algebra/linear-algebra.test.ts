import { cpu } from "@dl/backend-cpu";
import {
  cholesky,
  configure,
  det,
  diagonalMatrix,
  eigh,
  eye,
  Generator,
  inverse,
  logdet,
  lstsq,
  matmul,
  matrixRank,
  normal,
  pinverse,
  qr,
  slogdet,
  solve,
  svd,
  tensor,
  triangularSolve,
  zeros,
  type Tensor,
} from "../index.ts";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const float32Epsilon = 2 ** -23;
const random = (shape: number[], seed: number): Tensor =>
  normal(shape, { generator: new Generator(seed) });

/** The largest difference as a share of the largest magnitude. */
async function relative(actual: Tensor, expected: Tensor): Promise<number> {
  const received = Float64Array.from(await actual.data());
  const wanted = Float64Array.from(await expected.data());
  const largest = (values: Float64Array): number =>
    values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return largest(received.map((x, i) => x - wanted[i]!)) / largest(wanted);
}

describe("residuals in float32", () => {
  it.each([1, 2, 17, 64])("of %i rows are a few units of the last place", async (n) => {
    const x = random([3, n, n], n);
    const positive = x.matmul(x.matrixTranspose()).add(eye(n));
    const l = cholesky(positive);
    const { q, r } = qr(x);
    const { values, vectors } = eigh(positive);
    const { u, values: singular, vt } = svd(x);
    const b = random([3, n, 2], 7);
    const cases: [Tensor, Tensor][] = [
      [l.matmul(l.matrixTranspose()), positive],
      [q.matmul(r), x],
      [q.matrixTranspose().matmul(q), eye(n).expand([3, n, n])],
      [vectors.mul(values.unsqueeze(-2)).matmul(vectors.matrixTranspose()), positive],
      [u.mul(singular.unsqueeze(-2)).matmul(vt), x],
      [positive.matmul(solve(positive, b)), b],
      [matmul(positive, inverse(positive)), eye(n).expand([3, n, n])],
    ];
    // Some growth with n is that of the products that check.
    for (const [i, [actual, expected]] of cases.entries())
      expect(await relative(actual, expected), `case ${i}`).toBeLessThan(
        float32Epsilon * (16 + 4 * n),
      );
  });

  it("of a tall matrix's least squares are those of the normal equations", async () => {
    const a = random([40, 5], 1);
    const b = random([40], 2);
    const x = lstsq(a, b);
    const rest = a.matmul(x).sub(b);
    const slope = await a.matrixTranspose().matmul(rest).abs().amax().item();
    expect(slope).toBeLessThan(1e-5);
  });
});

describe("hard matrices", () => {
  const hilbert = (n: number): Tensor =>
    tensor(
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_u, j) => 1 / (i + j + 1))),
    );

  it("ill-conditioned equations are solved as far as float32 holds the matrix", async () => {
    const a = hilbert(6);
    const b = a.sum(1);
    expect(await relative(a.matmul(solve(a, b)), b)).toBeLessThan(4 * float32Epsilon);
  });

  it("a singular one in a stack is named", () => {
    const stack = eye(2)
      .expand([3, 2, 2])
      .mul(tensor([1, 0, 1]).reshape([3, 1, 1]));
    expect(() => inverse(stack)).toThrow(
      "inverse: matrix 1 is singular: pivot 0 is 0. Use pinverse or lstsq, or add a small multiple of the identity.",
    );
  });

  it("one that is singular but for rounding is refused, small ones are not", async () => {
    const rows = tensor([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(() => solve(rows, tensor([1, 2, 3]))).toThrow("solve: the matrix is singular: pivot 2");
    expect(await matrixRank(rows).item()).toBe(2);
    const tiny = eye(2).mul(1e-30);
    expect(await relative(inverse(tiny), eye(2).mul(1e30))).toBeLessThan(float32Epsilon);
  });

  it("the pseudo-inverse leaves out what is only rounding", async () => {
    const a = random([6, 2], 1).matmul(random([2, 4], 2));
    expect(await matrixRank(a).item()).toBe(2);
    expect(await relative(a.matmul(pinverse(a)).matmul(a), a)).toBeLessThan(20 * float32Epsilon);
  });

  it("NaN stays in its own matrix", async () => {
    const stack = tensor([
      [
        [NaN, 0],
        [0, 1],
      ],
      [
        [2, 0],
        [0, 4],
      ],
    ]);
    expect(await det(stack).toArray()).toEqual([NaN, 8]);
    const { values } = eigh(stack);
    expect(await values.toArray()).toEqual([
      [NaN, NaN],
      [2, 4],
    ]);
  });

  it.each([NaN, Infinity, -Infinity])("%d spoils its own system only", async (bad) => {
    const stack = eye(2)
      .mul(2)
      .expand([4, 2, 2])
      .mul(tensor([1, bad, 1, bad]).reshape([4, 1, 1]));
    const b = tensor([1, 1, bad, 1]).reshape([4, 1, 1]).expand([4, 2, 1]);
    const firstOf = async (x: Tensor): Promise<unknown> =>
      x.reshape([4, -1]).select(1, 0).toArray();
    for (const upper of [false, true])
      expect(await firstOf(triangularSolve(stack, b, { upper }))).toEqual([0.5, NaN, NaN, NaN]);
    expect(await firstOf(solve(stack, b))).toEqual([0.5, NaN, NaN, NaN]);
    expect(await firstOf(cholesky(stack.mul(stack)))).toEqual([2, NaN, 2, NaN]);
    expect(await firstOf(inverse(stack))).toEqual([0.5, NaN, 0.5, NaN]);
    expect(await logdet(stack).toArray()).toEqual(
      [Math.log(4), NaN, Math.log(4), NaN].map(Math.fround),
    );
  });

  it("an infinity beside a diagonal of 1 is no pivot, and spoils the factor all the same", async () => {
    const beside = tensor([
      [1, 0, 0],
      [0, 1, Infinity],
      [0, Infinity, 1],
    ]);
    expect(await cholesky(beside).isNaN().all().item()).toBe(1);
    const on = tensor([
      [Infinity, 1],
      [1, 2],
    ]);
    expect(await cholesky(on).isNaN().all().item()).toBe(1);
  });

  it("logarithms of determinants do not overflow on the way", async () => {
    const sizes = tensor([1e30, -1e38, 1e-38, 1e25, 1e38, 1e38, 1e38, 1e38, 1e38]);
    const { sign, logAbs } = slogdet(diagonalMatrix(sizes));
    expect(await sign.item()).toBe(-1);
    expect(await logAbs.item()).toBeCloseTo(245 * Math.log(10), 3);
    expect(await logdet(zeros([2, 2])).item()).toBe(-Infinity);
  });

  it("empty stacks and matrices of no rows have their shapes, and the determinant 1", async () => {
    expect(svd(zeros([0, 3, 2])).u.shape).toEqual([0, 3, 2]);
    expect(inverse(zeros([2, 0, 0])).shape).toEqual([2, 0, 0]);
    expect(qr(zeros([3, 0])).q.shape).toEqual([3, 0]);
    expect(await det(zeros([2, 0, 0])).toArray()).toEqual([1, 1]);
  });
});
