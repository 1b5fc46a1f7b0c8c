import { gradientsOf } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, Generator, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Beta } from "./beta.ts";
import { Dirichlet } from "./dirichlet.ts";
import type { Distribution } from "./distribution.ts";
import { Gamma } from "./gamma.ts";
import { Poisson } from "./poisson.ts";
import { StudentT } from "./student-t.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const at = (value: number | number[]): Tensor => tensor(value, { dtype: "float64" }).requireGrad();

/** Gradient of the mean of f over many samples, and four standard errors of it. */
async function meanGradient(
  distribution: Distribution,
  parameter: Tensor,
  f: (x: Tensor) => Tensor,
): Promise<readonly [gradient: number, error: number]> {
  const parts = 20;
  const values: number[] = [];
  const generator = new Generator(11);
  for (let part = 0; part < parts; part++) {
    const x = distribution.rsample([500], { generator });
    const [gradient] = gradientsOf(f(x).mean(), [parameter]);
    values.push(await gradient!.sum().item());
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / parts;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (parts - 1);
  return [mean, 4 * Math.sqrt(variance / parts)];
}

describe("gradients of samples are those of the moments", () => {
  it.each([
    // E[x] = a / b, E[x²] = a (a + 1) / b².
    ["Gamma's mean by concentration", 2.5, (a: Tensor) => new Gamma(a, 2), (x: Tensor) => x, 0.5],
    [
      "Gamma's square by concentration",
      0.3,
      (a: Tensor) => new Gamma(a, 2),
      (x: Tensor) => x.square(),
      0.4,
    ],
    ["Gamma's mean by rate", 2, (b: Tensor) => new Gamma(at(3), b), (x: Tensor) => x, -0.75],
    // E[x] = a / (a + b).
    ["Beta's mean", 2, (a: Tensor) => new Beta(a, 3), (x: Tensor) => x, 3 / 25],
    ["Beta's square", 0.5, (a: Tensor) => new Beta(a, 0.5), (x: Tensor) => x.square(), 0.4375],
    // E[x²] = df / (df - 2).
    ["StudentT's square", 8, (df: Tensor) => new StudentT(df), (x: Tensor) => x.square(), -2 / 36],
  ] as const)("%s", async (_name, value, make, f, expected) => {
    const parameter = at(value);
    const [gradient, error] = await meanGradient(make(parameter), parameter, f);
    expect(error).toBeLessThan(0.1 * Math.abs(expected) + 0.02);
    expect(Math.abs(gradient - expected)).toBeLessThan(error);
  });

  it("Dirichlet's first share by all concentrations", async () => {
    const concentration = at([2, 1, 3]);
    const weights = tensor([1, 0, 0], { dtype: "float64" });
    const [gradient, error] = await meanGradient(new Dirichlet(concentration), concentration, (x) =>
      x.mul(weights).sum(-1),
    );
    // d/dc₁ + d/dc₂ + d/dc₃ of c₁ / c.
    expect(Math.abs(gradient - (1 / 6 - 6 / 36))).toBeLessThan(error);
  });
});

it("a second derivative of samples is refused aloud", () => {
  const concentration = at(2);
  const x = new Gamma(concentration, 1).rsample([3], { generator: new Generator(1) });
  const [first] = gradientsOf(x.square().sum(), [concentration], { createGraph: true });
  expect(() => gradientsOf(first!, [concentration])).toThrow(
    "rsample: samples of Gamma have first derivatives in their parameters only.",
  );
});

describe("small and large parameters", () => {
  const generator = new Generator(3);
  it("a small concentration gives numbers above 0 with a finite density", async () => {
    const gamma = new Gamma(tensor(1e-4), 1);
    const x = gamma.sample([200], { generator });
    expect(await x.amin().item()).toBeGreaterThan(0);
    expect(await gamma.logProb(x).isFinite().all().item()).toBe(1);
  });
  it("small concentrations give corners, and no 0 / 0", async () => {
    const x = await new Dirichlet(tensor([1e-4, 1e-4, 1e-4]))
      .sample([100], { generator })
      .toArray<number[][]>();
    for (const shares of x) {
      expect(Math.max(...shares)).toBeGreaterThan(0.99);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    }
  });
  it("a large concentration is nearly normal", async () => {
    const x = await new Gamma(at(1e6), 1).sample([4000], { generator }).data();
    const standard = Array.from(x, (value) => (value - 1e6) / 1e3);
    const mean = standard.reduce((sum, value) => sum + value, 0) / 4000;
    const variance = standard.reduce((sum, value) => sum + value * value, 0) / 4000;
    expect(Math.abs(mean)).toBeLessThan(0.064);
    expect(Math.abs(variance - 1)).toBeLessThan(0.09);
  });
  it("a rate of 0 gives 0, a large one its mean and variance", async () => {
    expect(await new Poisson(0).sample([3], { generator }).toArray()).toEqual([0, 0, 0]);
    const x = await new Poisson(at(1e6)).sample([4000], { generator }).data();
    const standard = Array.from(x, (value) => (value - 1e6) / 1e3);
    expect(Math.abs(standard.reduce((sum, value) => sum + value, 0) / 4000)).toBeLessThan(0.064);
    expect(standard.every(Number.isFinite)).toBe(true);
  });
  it("what is no parameter gives NaN", async () => {
    expect(await new Gamma(tensor([-1, 0, NaN]), 1).sample([], { generator }).toArray()).toEqual([
      NaN,
      NaN,
      NaN,
    ]);
    expect(await new Poisson(tensor([-1, Infinity])).sample([], { generator }).toArray()).toEqual([
      NaN,
      NaN,
    ]);
  });
});
