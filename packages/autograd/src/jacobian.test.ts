import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { beforeEach, expect, it } from "vitest";
import { grad, hessian, hessianVectorProduct, jacobian } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

const vector = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });
const matrix = tensor;

it("has a row per output and a column per input, wide and tall", async () => {
  const wide = matrix([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const x = tensor([1, 1, 1]);
  expect(await jacobian((v) => wide.matmul(v))(x).toArray()).toEqual(await wide.toArray());
  const tall = wide.transpose(0, 1);
  expect(await jacobian((v) => tall.matmul(v))(tensor([1, 1])).toArray()).toEqual(
    await tall.toArray(),
  );
});

it("keeps the axes of outputs and inputs", async () => {
  const x = matrix([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const sums = jacobian((v) => v.sum([1]))(x);
  expect(sums.shape).toEqual([2, 2, 3]);
  expect(await sums.toArray()).toEqual([
    [
      [1, 1, 1],
      [0, 0, 0],
    ],
    [
      [0, 0, 0],
      [1, 1, 1],
    ],
  ]);
  const outer = jacobian((v) => v.reshape([2, 1]).mul(v))(tensor([3, 5]));
  expect(outer.shape).toEqual([2, 2, 2]);
  expect(await outer.toArray()).toEqual([
    [
      [6, 0],
      [5, 3],
    ],
    [
      [5, 3],
      [0, 10],
    ],
  ]);
  expect(jacobian((v) => v.square())(tensor(3)).shape).toEqual([]);
});

/** (1 − a)² + 100 (b − a²)² */
const rosenbrock = (x: Tensor): Tensor => {
  const [a, b] = [x.select(0, 0), x.select(0, 1)];
  return a.neg().add(1).square().add(b.sub(a.square()).square().mul(100));
};

it("gives the Hessian of Rosenbrock's function, and its products", async () => {
  const [a, b] = [0.5, -1.5];
  const expected = [
    [1200 * a * a - 400 * b + 2, -400 * a],
    [-400 * a, 200],
  ];
  expect(await hessian(rosenbrock)(vector(a, b)).toArray()).toEqual(expected);
  const product = hessianVectorProduct(rosenbrock, vector(a, b), vector(2, -3));
  expect(await product.toArray()).toEqual(expected.map(([p, q]) => p! * 2 - q! * 3));
});

it("takes the vector in the arrangement of the parameters", async () => {
  const lossOf = ({ w, b }: { w: Tensor; b: Tensor }): Tensor => w.mul(w).mul(b).sum();
  const product = hessianVectorProduct(
    lossOf,
    { w: vector(1, 2), b: vector(5) },
    { w: vector(1, 10), b: vector(100) },
  );
  // ∂²/∂w² = 2b, ∂²/∂w∂b = 2w
  expect(await product.w.toArray()).toEqual([10 + 200, 100 + 400]);
  expect(await product.b.toArray()).toEqual([2 + 40]);
});

it("gives zeros where there is nothing of second order", async () => {
  expect(await hessian((x) => x.mul(3).sum())(vector(1, 2)).toArray()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  const product = hessianVectorProduct((x) => x.mul(3).sum(), vector(1, 2), vector(1, 1));
  expect(await product.toArray()).toEqual([0, 0]);
});

it("can be differentiated itself", async () => {
  const quartic = (x: Tensor): Tensor => x.square().square().sum();
  const traceOf = (x: Tensor): Tensor => hessian(quartic)(x).trace(); // 12 Σ x²
  expect(await grad(traceOf)(vector(1, 2)).toArray()).toEqual([24, 48]);
  const tall = (x: Tensor): Tensor => jacobian((v) => v.square().repeatInterleave(2, 0))(x).sum();
  expect(await grad(tall)(vector(1, 2)).toArray()).toEqual([4, 4]);
});

it("refuses what does not fit", () => {
  expect(() => hessianVectorProduct(rosenbrock, vector(1, 2), vector(1))).toThrow(
    "hessianVectorProduct: the vector has shapes [1], the point [2]. They must be equal.",
  );
  expect(() => hessian((x) => x.mul(2))(vector(1, 2))).toThrow(
    "the loss has shape [2], but only a scalar can be differentiated.",
  );
});
