import { reference } from "@dl/backend-reference";
import {
  adjugate,
  arange,
  cholesky,
  configure,
  det,
  eigh,
  eye,
  Generator,
  inverse,
  logdet,
  lstsq,
  matrixExp,
  matrixPower,
  normal,
  pinverse,
  qr,
  slogdet,
  solve,
  svd,
  tensor,
  triangularSolve,
  type Tensor,
} from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { grad, gradcheck, gradgradcheck, hessian, vmap } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

const random = (shape: number[], seed: number): Tensor =>
  normal(shape, { dtype: "float64", generator: new Generator(seed) });
/** Well-conditioned: a random matrix with a growing diagonal added. */
const regular = (shape: number[], seed: number): Tensor => {
  const [m, n] = shape.slice(-2) as [number, number];
  const diagonal = eye(m, n, { dtype: "float64" }).mul(arange(n, { dtype: "float64" }).add(3));
  return random(shape, seed).mul(0.5).add(diagonal);
};

const functions: { [name: string]: [(...xs: Tensor[]) => Tensor, ...number[][]] } = {
  cholesky: [cholesky, [3, 3]],
  "cholesky of a stack": [cholesky, [2, 1, 3, 3]],
  "cholesky of one": [cholesky, [1, 1]],
  "q, square": [(x) => qr(x).q, [3, 3]],
  "r, square": [(x) => qr(x).r, [3, 3]],
  "q and r, tall": [(x) => qr(x).q.matmul(qr(x).r.tanh()), [2, 4, 2]],
  "q, wide": [(x) => qr(x).q, [2, 4]],
  "r, wide": [(x) => qr(x).r, [2, 4]],
  "complete, wide": [(x) => qr(x, { mode: "complete" }).r, [2, 4]],
  eigenvalues: [(x) => eigh(x).values, [3, 3]],
  eigenvectors: [(x) => eigh(x).vectors, [2, 3, 3]],
  "singular values": [(x) => svd(x).values, [3, 2]],
  "u, square": [(x) => svd(x).u, [3, 3]],
  "vt, square": [(x) => svd(x).vt, [3, 3]],
  "u, tall": [(x) => svd(x).u, [4, 2]],
  "vt, tall": [(x) => svd(x).vt, [4, 2]],
  "u, wide": [(x) => svd(x).u, [2, 4]],
  "vt, wide": [(x) => svd(x).vt, [2, 2, 4]],
  solve: [solve, [3, 3], [3, 2]],
  "solve for a vector": [solve, [3, 3], [3]],
  "solve, broadcast": [solve, [2, 1, 3, 3], [2, 3, 1]],
  "cholesky, its gradient": [grad((x) => cholesky(x).tanh().sum()), [2, 3, 3]],
  "lower triangle, its gradient": [
    grad((a, b) => triangularSolve(a, b).tanh().sum()),
    [3, 3],
    [3, 2],
  ],
  "upper triangle, its gradient": [
    grad((a, b) => triangularSolve(a, b, { upper: true }).tanh().sum()),
    [3, 3],
    [3],
  ],
  "lower triangle": [(a, b) => triangularSolve(a, b), [3, 3], [3, 2]],
  "upper triangle": [(a, b) => triangularSolve(a, b, { upper: true }), [2, 3, 3], [3]],
  inverse: [inverse, [2, 3, 3]],
  "pinverse, square": [(x) => pinverse(x), [3, 3]],
  "pinverse, tall": [(x) => pinverse(x), [4, 2]],
  "pinverse, wide": [(x) => pinverse(x), [2, 2, 4]],
  lstsq: [(a, b) => lstsq(a, b), [4, 2], [4]],
  det: [det, [2, 3, 3]],
  slogdet: [(x) => slogdet(x).logAbs, [3, 3]],
  logdet: [logdet, [3, 3]],
  adjugate: [adjugate, [3, 3]],
  matrixExp: [(x) => matrixExp(x.mul(0.3)), [2, 3, 3]],
  "third power": [(x) => matrixPower(x, 3), [3, 3]],
  "power -2": [(x) => matrixPower(x, -2), [3, 3]],
};

describe.each(Object.entries(functions))("%s", (_name, [f, ...shapes]) => {
  it("agrees with central differences in first and second order", async () => {
    const inputs = shapes.map((shape, i) => (i === 0 ? regular(shape, 1) : random(shape, i)));
    await gradcheck(f, inputs);
    await gradgradcheck(f, inputs);
  });
});

describe("where vectors are not determined", () => {
  it("eigenvalues and singular values still have gradients", async () => {
    const x = eye(2, 2, { dtype: "float64" });
    const ofEigenvalues = grad((a: Tensor) => eigh(a).values.square().sum())(x);
    expect(await ofEigenvalues.toArray()).toEqual([
      [2, 0],
      [0, 2],
    ]);
    const ofSingular = grad((a: Tensor) => svd(a).values.square().sum())(x);
    expect(await ofSingular.toArray()).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  it("what depends on the choice has none that is finite", async () => {
    const x = eye(2, 2, { dtype: "float64" });
    const gradient = grad((a: Tensor) => eigh(a).vectors.select(0, 0).sum())(x);
    expect(await gradient.isFinite().all().item()).toBe(0);
  });

  it("a complete Q refuses", () => {
    const x = random([3, 2], 1);
    expect(() => grad((a: Tensor) => qr(a, { mode: "complete" }).q.sum())(x)).toThrow(
      'qr: the complete Q of a matrix with more rows than columns is not determined by it, and has no gradient. Use { mode: "reduced" }.',
    );
  });
});

describe("determinants", () => {
  it("have a gradient at singular matrices", async () => {
    const x = tensor(
      [
        [1, 2],
        [2, 4],
      ],
      { dtype: "float64" },
    );
    const gradient = await grad(det)(x).toArray<number[][]>();
    [4, -2, -2, 1].forEach((value, i) =>
      expect(gradient[Math.floor(i / 2)]![i % 2]).toBeCloseTo(value, 12),
    );
  });
});

describe("functional forms", () => {
  it("work through linear algebra", async () => {
    const a = regular([3, 3], 1);
    const b = random([3], 2);
    const lossOf = (x: Tensor): Tensor => x.mul(solve(a, x)).sum().add(x.mul(b).sum());
    const second = hessian(lossOf)(random([3], 3));
    const expected = inverse(a).add(inverse(a).matrixTranspose());
    expect(await second.sub(expected).abs().amax().item()).toBeLessThan(1e-12);
    const stack = regular([4, 3, 3], 5);
    const mapped = vmap((x) => solve(x, b))(stack);
    expect(
      await mapped
        .sub(solve(stack, b.unsqueeze(1)).squeeze([-1]))
        .abs()
        .amax()
        .item(),
    ).toBe(0);
  });
});
