import "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  CourseAdam,
  CourseMomentum,
  CourseNesterov,
  EMA,
  Lion,
  Muon,
  newtonSchulz,
  SAM,
  SGD,
  type Optimizer,
  type OptimizerOptions,
} from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const start = [1.1, -2.3, 3.1];
const curvature = [1, 0.5, 0.1];
const float64 = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "float64" });
/** Of Σ c θ². */
const gradientAt = (theta: readonly number[]): number[] =>
  theta.map((value, i) => 2 * curvature[i]! * value);
const rate = fc.double({ min: 0.001, max: 0.2, noNaN: true });
const decay = fc.double({ min: 0, max: 0.99, noNaN: true });
const steps = 6;

async function expectClose(x: Tensor, expected: readonly number[], digits = 10): Promise<void> {
  const data = await x.data();
  expect(data).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(data[i]).toBeCloseTo(value, digits));
}

/** Descends Σ c θ² and compares with a loop that does the same to plain numbers. */
async function compare(
  make: (parameters: Tensor[]) => Optimizer<OptimizerOptions>,
  loop: (theta: number, gradient: (theta: number) => number) => number,
): Promise<void> {
  const x = float64(start).requireGrad();
  const optimizer = make([x]);
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    float64(curvature).mul(x.square()).sum().backward();
    optimizer.step();
  }
  await expectClose(
    x,
    start.map((value, i) => loop(value, (theta) => 2 * curvature[i]! * theta)),
  );
}

describe("against plain loops in float64, for random options", () => {
  it("lion", async () => {
    const record = fc.record({ learningRate: rate, beta1: decay, beta2: decay, weightDecay: rate });
    await fc.assert(
      fc.asyncProperty(record, async (options) => {
        const { learningRate, beta1, beta2, weightDecay } = options;
        await compare(
          (parameters) => new Lion(parameters, options),
          (theta, gradient) => {
            let m = 0;
            for (let t = 0; t < steps; t++) {
              const g = gradient(theta);
              const c = beta1 * m + (1 - beta1) * g;
              theta -= learningRate * (Math.sign(c) + weightDecay * theta);
              m = beta2 * m + (1 - beta2) * g;
            }
            return theta;
          },
        );
      }),
      { numRuns: 20 },
    );
  });

  it("the course's momentum, Nesterov and Adam", async () => {
    const record = fc.record({ learningRate: rate, momentum: decay, beta2: decay });
    await fc.assert(
      fc.asyncProperty(record, async ({ learningRate, momentum: mu, beta2 }) => {
        await compare(
          (parameters) => new CourseMomentum(parameters, { learningRate, momentum: mu }),
          (theta, gradient) => {
            let v = 0;
            for (let t = 0; t < steps; t++) {
              v = mu * v - learningRate * gradient(theta);
              theta += v;
            }
            return theta;
          },
        );
        await compare(
          (parameters) => new CourseNesterov(parameters, { learningRate, momentum: mu }),
          (theta, gradient) => {
            let v = 0;
            for (let t = 0; t < steps; t++) {
              v = mu * v - learningRate * gradient(theta + mu * v); // after the momentum step
              theta += v;
            }
            return theta + mu * v;
          },
        );
        await compare(
          (parameters) => new CourseAdam(parameters, { learningRate, beta1: mu, beta2 }),
          (theta, gradient) => {
            let [m, v] = [0, 0];
            for (let t = 0; t < steps; t++) {
              const g = gradient(theta);
              m = mu * m + (1 - mu) * g;
              v = beta2 * v + (1 - beta2) * g * g;
              theta -= (learningRate * m) / (Math.sqrt(v) + 1e-8);
            }
            return theta;
          },
        );
      }),
      { numRuns: 20 },
    );
  });

  it("sam, over two parameters", async () => {
    await fc.assert(
      fc.asyncProperty(rate, rate, async (learningRate, rho) => {
        const a = float64(start.slice(0, 2)).requireGrad();
        const b = float64(start.slice(2)).requireGrad();
        const sam = new SAM(new SGD([a, b], { learningRate }), { rho });
        const backward = (): void => {
          const [ca, cb] = [float64(curvature.slice(0, 2)), float64(curvature.slice(2))];
          ca.mul(a.square()).sum().add(cb.mul(b.square()).sum()).backward();
        };
        for (let step = 0; step < steps; step++) {
          sam.zeroGrad();
          backward();
          sam.ascend();
          sam.zeroGrad();
          backward();
          sam.step();
        }
        let theta = [...start];
        for (let step = 0; step < steps; step++) {
          const g = gradientAt(theta);
          const norm = Math.hypot(...g);
          const uphill = theta.map((value, i) => value + (rho * g[i]!) / norm);
          const g2 = gradientAt(uphill);
          theta = theta.map((value, i) => value - learningRate * g2[i]!);
        }
        await expectClose(a, theta.slice(0, 2));
        await expectClose(b, theta.slice(2));
      }),
      { numRuns: 20 },
    );
  });

  it("ema", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rate, { minLength: 1, maxLength: 9 }), decay, async (xs, d) => {
        const weight = float64([0]);
        const average = new EMA([weight], { decay: d });
        let expected = 0;
        for (const x of xs) {
          weight.assign(float64([x]));
          average.update();
          expected = d * expected + (1 - d) * x;
        }
        await expectClose(average.averages[0]!, [expected]);
      }),
      { numRuns: 20 },
    );
  });
});

type Matrix = number[][];
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const combined = (a: Matrix, x: number, b: Matrix, y: number): Matrix =>
  a.map((row, i) => row.map((value, j) => x * value + y * b[i]![j]!));

/** X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X, without transposing tall matrices. */
function newtonSchulzLoop(matrix: Matrix, iterations: number): Matrix {
  const norm = Math.hypot(...matrix.flat());
  let x = matrix.map((row) => row.map((value) => value / (norm + 1e-7)));
  for (let i = 0; i < iterations; i++) {
    const gram = product(x, transposed(x));
    const once = product(gram, x);
    x = combined(combined(x, 3.4445, once, -4.775), 1, product(gram, once), 2.0315);
  }
  return x;
}

describe("muon", () => {
  const entries = (rows: number, columns: number): fc.Arbitrary<Matrix> =>
    fc.array(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
        minLength: columns,
        maxLength: columns,
      }),
      { minLength: rows, maxLength: rows },
    );

  it.each([
    [2, 4, true],
    [4, 2, true],
    [3, 3, false],
  ])("steps as a plain loop: %i by %i, nesterov %s", async (rows, columns, nesterov) => {
    await fc.assert(
      fc.asyncProperty(
        entries(rows, columns),
        fc.array(entries(rows, columns), { maxLength: 3 }),
        async (first, gradients) => {
          const x = float64(first).requireGrad();
          const [gamma, mu, lambda] = [0.1, 0.9, 0.2];
          const optimizer = new Muon([x], {
            learningRate: gamma,
            momentum: mu,
            weightDecay: lambda,
            nesterov,
          });
          let theta = first;
          let b = first.map((row) => row.map(() => 0));
          for (const g of gradients) {
            x.grad = float64(g);
            optimizer.step();
            b = combined(b, mu, g, 1 - mu);
            const direction = nesterov ? combined(b, mu, g, 1 - mu) : b;
            const scale = Math.sqrt(Math.max(1, rows / columns));
            theta = combined(
              theta,
              1 - gamma * lambda,
              newtonSchulzLoop(direction, 5),
              -gamma * scale,
            );
          }
          await expectClose(x, theta.flat(), 8);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("takes a convolution's weight as a matrix", async () => {
    const data = [1, 2, 3, 4, -5, 6, 7, -8];
    const flat = float64([data.slice(0, 4), data.slice(4)]).requireGrad();
    const deep = tensor(
      [
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [
          [
            [-5, 6],
            [7, -8],
          ],
        ],
      ],
      { dtype: "float64" },
    ).requireGrad();
    for (const x of [flat, deep]) {
      const optimizer = new Muon([x]);
      x.square().sum().backward();
      optimizer.step();
    }
    expect(await deep.data()).toEqual(await flat.data());
  });

  it("brings singular values near 1", async () => {
    // Diagonal, so the singular values are in sight.
    const result = await newtonSchulz(
      float64([
        [5, 0, 0],
        [0, 2, 0],
        [0, 0, 0.5],
      ]),
      5,
    ).data();
    for (const i of [0, 4, 8]) {
      expect(result[i]).toBeGreaterThan(0.65);
      expect(result[i]).toBeLessThan(1.25);
    }
    expect(result[1]).toBe(0);
  });
});
