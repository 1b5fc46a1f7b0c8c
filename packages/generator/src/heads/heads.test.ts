import { gradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { Dropout, Linear, Sequential } from "@dl/nn";
import { Independent, Normal } from "@dl/distributions";
import {
  configure,
  Generator,
  normal,
  ones,
  tensor,
  uniform,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { describe, expect, it } from "vitest";
import {
  BernoulliHead,
  CategoricalHead,
  ContinuousBernoulliHead,
  DiagonalNormalHead,
  DiscretizedLogistic,
  DiscretizedLogisticHead,
  DistributionNetwork,
  FixedNormalHead,
  FullNormalHead,
  LatentGenerator,
  LearntNormalHead,
  naiveDistance,
  OptimalNormalHead,
  ScalarNormalHead,
  SharedNormalHead,
  type Head,
} from "../index.ts";

configure({ backend: reference() });
const float64 = { dtype: "float64" } as const;
const generator = new Generator(1);
const random = (shape: number[]): Tensor => normal(shape, { ...float64, generator });
const list = (values: number[], shape: number[]): Tensor => tensor(values, float64).reshape(shape);
const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

describe("normal heads", () => {
  it("read means first, then log-variances", async () => {
    const q = new DiagonalNormalHead().forward(list([1, 2, 0, Math.log(4)], [1, 4]));
    expect(await q.mean.toArray()).toEqual([[1, 2]]);
    const [first, second] = await q.variance.data();
    expect(first).toBeCloseTo(1, 12);
    expect(second).toBeCloseTo(4, 12);
  });

  it("leave log-variances as they are inside the bounds and hold them beyond", async () => {
    const raw = [-1e4, -Infinity, -19, -3, 0, 18.9, 1e4, Infinity];
    const outputs = list([...raw.map(() => 0), ...raw], [1, 16]);
    const logVariance = new DiagonalNormalHead().forward(outputs).variance.log();
    const found = [...(await logVariance.data())];
    [-19, -3, 0, 18.9].forEach((value, i) => expect(found[2 + i]).toBeCloseTo(value, 10));
    for (const value of found) expect(Math.abs(value)).toBeLessThanOrEqual(20 + 1e-9);
    expect(found[0]).toBeLessThan(-19.9);
    expect(found[6]).toBeGreaterThan(19.9);
  });

  it("have gradients that lead back from beyond the bounds", async () => {
    const outputs = list([0, 1e3, 0, -1e3], [2, 2]).requireGrad();
    new DiagonalNormalHead().forward(outputs).variance.log().sum().backward();
    const slopes = [...(await outputs.grad!.data())];
    for (const i of [1, 3]) expect(slopes[i]).toBeGreaterThan(0);
  });

  it.each<[string, Head, number]>([
    ["diagonal", new DiagonalNormalHead(), 3],
    ["scalar", new ScalarNormalHead(), 3],
    ["fixed", new FixedNormalHead(0.3), 3],
    ["learnt", new LearntNormalHead({ sigma: 0.5, ...float64 }), 3],
    ["full", new FullNormalHead(), 3],
    ["shared", new SharedNormalHead(3, float64), 3],
    ["bernoulli", new BernoulliHead(), 3],
    ["continuous bernoulli", new ContinuousBernoulliHead(), 3],
    ["logistic", new DiscretizedLogisticHead({ levels: 8 }), 3],
    ["categorical", new CategoricalHead(2), 3],
  ])("%s: the gradient of the log-density is that of differences", async (_name, head, size) => {
    const outputs = random([4, head.outputsFor(size)]);
    const binary = list([0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0], [4, size]);
    const x = head instanceof CategoricalHead ? binary.cast("int32") : binary;
    await gradcheck((numbers) => head.forward(numbers).logProb(x), [outputs]);
  });

  it("one variance for the whole event, or one for all inputs", async () => {
    const scalar = new ScalarNormalHead().forward(list([1, 2, Math.log(9)], [1, 3]));
    expect([...(await scalar.variance.data())].map((v) => v.toFixed(9))).toEqual([
      "9.000000000",
      "9.000000000",
    ]);
    const learnt = new LearntNormalHead({ sigma: 0.5, shape: [2], ...float64 });
    const q = learnt.forward(random([3, 2]));
    for (const v of await q.variance.data()) expect(v).toBeCloseTo(0.25, 12);
    q.logProb(random([3, 2]))
      .sum()
      .backward();
    expect(learnt.logVariance.grad!.shape).toEqual([2]);
  });

  it("refuse what is no batch of so many numbers", () => {
    expect(() => new DiagonalNormalHead().forward(zeros([2, 3]))).toThrow(
      "diagonalNormalHead: reads 2 numbers for each one of the event, so axis 1 must have a multiple of 2: received [2, 3]",
    );
    expect(() => new FixedNormalHead().forward(zeros([3]))).toThrow(
      "needs what a network gives for a batch",
    );
    expect(() => new ScalarNormalHead().forward(zeros([3, 1]))).toThrow("at least one mean");
    expect(() => new CategoricalHead(3).forward(zeros([3, 4]))).toThrow("reads 3 numbers");
    expect(() => new FixedNormalHead(0)).toThrow("sigma must be above 0");
    expect(() => new LearntNormalHead({ sigma: -1 })).toThrow("sigma must be above 0");
    expect(() => new DiagonalNormalHead({ leastLogVariance: 3, mostLogVariance: 4 })).toThrow(
      "mostLogVariance must be at least 2 above leastLogVariance",
    );
  });
});

describe("full covariance", () => {
  it("is the factor read row by row, times its transpose", async () => {
    const outputs = [1, 2, 3, Math.log(4), 0, Math.log(9), 5, 6, 7];
    const q = new FullNormalHead().forward(list(outputs, [1, 9]));
    const factor = [
      [2, 0, 0],
      [5, 1, 0],
      [6, 7, 3],
    ];
    const [found] = await q.covarianceMatrix.toArray<number[][][]>();
    factor.forEach((row, i) =>
      factor.forEach((other, j) =>
        expect(found![i]![j]).toBeCloseTo(
          row.reduce((sum, v, k) => sum + v * other[k]!, 0),
          9,
        ),
      ),
    );
    expect(await q.mean.toArray()).toEqual([[1, 2, 3]]);
    expect(new FullNormalHead().forward(zeros([2, 2])).eventShape).toEqual([1]);
    expect(() => new FullNormalHead().forward(zeros([2, 6]))).toThrow("such as 2, 5, 9, 14");
  });

  it("is a covariance whatever the network says", async () => {
    const q = new FullNormalHead().forward(random([8, 5]).mul(1e3));
    expect(
      await q
        .logProb(random([8, 2]))
        .isFinite()
        .all()
        .item(),
    ).toBe(1);
  });

  it("shared by all inputs, is learnt", async () => {
    const head = new SharedNormalHead(2, float64);
    head.below.assign(list([0.5], [1]));
    const q = head.forward(random([6, 2]));
    expect(q.batchShape).toEqual([6]);
    q.logProb(random([6, 2]))
      .sum()
      .backward();
    for (const parameter of head.parameters())
      expect(await parameter.grad!.abs().amin().item()).toBeGreaterThan(0);
  });
});

describe("the optimal deviation", () => {
  it("is the root of the mean squared error, and has the gradient of a deviation that follows", async () => {
    const head = new OptimalNormalHead(float64);
    const [outputs, x] = [random([5, 3]), random([5, 3])];
    const error = await outputs.sub(x).square().mean().item();
    const each = 3 * (-0.5 - halfLogTwoPi - Math.log(error) / 2);
    expect(await head.forward(outputs).logProb(x).mean().item()).toBeCloseTo(each, 10);
    // With σ following the error: d/do of -n/2 ln mse.
    const free = outputs.detach().requireGrad();
    free.sub(x).square().mean().log().mul(-7.5).backward();
    const counted = outputs.detach().requireGrad();
    head.forward(counted).logProb(x).sum().backward();
    const [expected, found] = [await free.grad!.data(), await counted.grad!.data()];
    expected.forEach((slope, i) => expect(found[i]).toBeCloseTo(slope, 9));
  });

  it("is remembered for evaluation, where no sample is judged by its own error", async () => {
    const head = new OptimalNormalHead({ momentum: 1, ...float64 });
    head.forward(zeros([4, 2], float64)).logProb(ones([4, 2], float64).mul(0.5));
    expect(await head.logVariance.item()).toBeCloseTo(Math.log(0.25), 12);
    head.eval();
    const judged = head.forward(zeros([4, 2], float64));
    expect(await judged.std.mean().item()).toBeCloseTo(0.5, 12);
    expect(() =>
      head
        .train()
        .forward(zeros([4, 2]))
        .sample(),
    ).toThrow("known only once values");
  });

  it("stays above its floor where nothing is left to explain", async () => {
    const head = new OptimalNormalHead(float64);
    const outputs = random([4, 2]).requireGrad();
    head.forward(outputs).logProb(outputs.detach()).sum().backward();
    expect([...(await outputs.grad!.data())].every((slope) => slope === 0)).toBe(true);
  });
});

describe("the discretised logistic", () => {
  const levels = 16;
  const grid = Array.from({ length: levels }, (_, i) => i / (levels - 1));

  it("adds up to 1, with the closed form of each level", async () => {
    for (const [loc, scale] of [
      [0.4, 0.1],
      [-2, 0.5],
      [0.5, 1e-4],
      [1e4, 3],
    ] as const) {
      const all = (value: number): Tensor =>
        list(
          grid.map(() => value),
          [levels],
        );
      const d = new DiscretizedLogistic(all(loc), all(scale), { levels });
      const chances = [
        ...(await d
          .logProb(list(grid, [levels]))
          .exp()
          .data()),
      ];
      expect(chances.reduce((sum, p) => sum + p)).toBeCloseTo(1, 10);
    }
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    const d = new DiscretizedLogistic(list([0.4], [1]), list([0.1], [1]), { levels });
    const inner =
      sigmoid((grid[7]! + 1 / 30 - 0.4) / 0.1) - sigmoid((grid[7]! - 1 / 30 - 0.4) / 0.1);
    expect(await d.logProb(list([grid[7]!], [1])).item()).toBeCloseTo(Math.log(inner), 10);
  });

  it("has the moments of its levels, and draws them", async () => {
    const d = new DiscretizedLogistic(list([0.4, 0.95], [2]), list([0.1, 0.2], [2]), { levels });
    const means = await d.mean.data();
    const variances = await d.variance.data();
    const draws = d.sample([4000], { generator });
    const [mean, variance] = [await draws.mean(0).data(), await draws.var(0).data()];
    for (const i of [0, 1]) {
      expect(mean[i]).toBeCloseTo(means[i]!, 1);
      expect(Math.abs(variance[i]! / variances[i]! - 1)).toBeLessThan(0.1);
    }
    const steps = await draws.mul(levels - 1).data();
    for (const step of steps) expect(Math.abs(step - Math.round(step))).toBeLessThan(1e-9);
    expect(await d.entropy().amin().item()).toBeGreaterThan(0);
  });

  it("refuses levels that cannot be", () => {
    expect(() => new DiscretizedLogisticHead({ levels: 1 })).toThrow(
      "levels must be a whole number",
    );
    expect(() => new DiscretizedLogisticHead({ low: 1, high: 0 })).toThrow(
      "high must be above low",
    );
  });
});

describe("discrete heads", () => {
  it("take logits of any size", async () => {
    const q = new BernoulliHead().forward(list([1e4, -1e4, 1e4, -1e4], [2, 2]));
    expect(await q.logProb(list([1, 0, 0, 1], [2, 2])).toArray()).toEqual([0, -2e4]);
  });

  it("has the classes of one place an event apart", async () => {
    const head = new CategoricalHead(3);
    // Place 0 has class 2, place 1 class 0.
    const outputs = list([0, 50, 0, 0, 50, 0], [1, 6]);
    const chance = head
      .forward(outputs)
      .logProb(tensor([[2, 0]], { dtype: "int32" }))
      .exp();
    expect(await chance.item()).toBeCloseTo(1, 10);
  });
});

describe("the three ways", () => {
  const latent = new Independent(new Normal(zeros([2]), 1), 1);

  it("a network whose output is a distribution", () => {
    const head = new DiagonalNormalHead();
    const network = new DistributionNetwork(new Linear(3, head.outputsFor(2)), head);
    expect(network.forward(zeros([5, 3])).batchShape).toEqual([5]);
    expect(() => new DistributionNetwork(head as never, new Linear(3, 4) as never)).toThrow(
      "the head must read numbers as a distribution",
    );
  });

  it("a draw through a network, in evaluation whatever the mode, and both", async () => {
    const network = new Sequential(new Linear(2, 3, { generator }), new Dropout(1));
    const made = new LatentGenerator(network, latent).sample(4, { generator });
    expect(made.shape).toEqual([4, 3]);
    expect(await made.abs().sum().item()).toBeGreaterThan(0);
    expect(network.isTraining).toBe(true);
    const head = new FixedNormalHead(1e-3);
    const both = new LatentGenerator(new DistributionNetwork(network, head), latent);
    const [one, two] = [1, 1].map((seed) => both.sample(4, { generator: new Generator(seed) }));
    expect(await one!.toArray()).toEqual(await two!.toArray());
    expect(() => both.sample(0)).toThrow("count must be a whole number of at least 1");
    expect(() => new LatentGenerator(network, network as never)).toThrow("must be a distribution");
  });

  it("the naive distance is least at the mean", async () => {
    const data = uniform([64, 2], { generator });
    const at = (point: Tensor): Promise<number> =>
      naiveDistance(point.expand([64, 2]), data).item();
    const best = await at(data.mean(0));
    expect(await at(data.mean(0).add(0.1))).toBeGreaterThan(best);
    expect(await at(data.select(0, 0))).toBeGreaterThan(best);
    expect(() => naiveDistance(zeros([2, 2]), zeros([3, 2]))).toThrow("as many samples as data");
  });
});
