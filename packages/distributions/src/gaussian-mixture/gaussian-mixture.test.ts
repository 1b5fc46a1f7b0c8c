import { cpu } from "@dl/backend-cpu";
import type { GenerativeModel } from "@dl/generator";
import { concatenate, configure, full, Generator, normal, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Categorical } from "../categorical.ts";
import { MixtureSameFamily } from "../mixture-same-family.ts";
import { MultivariateNormal } from "../multivariate/multivariate-normal.ts";
import { GaussianMixture } from "./gaussian-mixture.ts";

beforeAll(async () => {
  configure({ backend: await cpu({ threads: 1 }) });
});

const weights = [0.5, 0.3, 0.2];
const means = [
  [-3, 0],
  [2, 2],
  [1, -4],
];
const scaleTril = [
  [
    [1, 0],
    [0.5, 0.5],
  ],
  [
    [0.5, 0],
    [0, 1],
  ],
  [
    [0.25, 0],
    [-0.5, 0.75],
  ],
];
const truth = (): MixtureSameFamily =>
  new MixtureSameFamily(
    new Categorical({ probs: tensor(weights) }),
    new MultivariateNormal(tensor(means), { scaleTril: tensor(scaleTril) }),
  );
const points = (count: number, seed = 1): Tensor =>
  truth().sample([count], { generator: new Generator(seed) });

/** In the order of the true components, which are told apart by their means. */
async function ordered(
  mixture: GaussianMixture,
): Promise<{ weights: number[]; means: number[][]; covariances: number[][][] }> {
  const found = await mixture.means.toArray<number[][]>();
  const order = means.map((mean) =>
    found.reduce((best, each, i) => (away(each, mean) < away(found[best]!, mean) ? i : best), 0),
  );
  const [ownWeights, covariances] = [
    await mixture.weights.toArray<number[]>(),
    await mixture.covariances.toArray<number[][][]>(),
  ];
  return {
    weights: order.map((i) => ownWeights[i]!),
    means: order.map((i) => found[i]!),
    covariances: order.map((i) => covariances[i]!),
  };
}
const away = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);

describe("fit", () => {
  it("finds what the samples were drawn from, and no iteration loses", async () => {
    const samples = points(3000);
    const mixture = await GaussianMixture.fit(samples, {
      components: 3,
      generator: new Generator(5),
    });
    expect(mixture.hasConverged).toBe(true);
    const found = await ordered(mixture);
    for (const k of [0, 1, 2]) {
      expect(found.weights[k]).toBeCloseTo(weights[k]!, 1);
      expect(away(found.means[k]!, means[k]!)).toBeLessThan(0.01);
      const [[a, b], [c, d]] = scaleTril[k] as [[number, number], [number, number]];
      const covariance = [a * a + b * b, a * c + b * d, c * c + d * d];
      const [[xx, xy], [, yy]] = found.covariances[k] as [[number, number], [number, number]];
      [xx, xy, yy].forEach((each, i) => expect(Math.abs(each - covariance[i]!)).toBeLessThan(0.15));
    }
    mixture.logLikelihoods.forEach((each, i) => {
      if (i > 0) expect(each).toBeGreaterThan(mixture.logLikelihoods[i - 1]! - 1e-5);
    });
    // It was fitted to these samples, so it makes them likelier than the truth does.
    expect(mixture.logLikelihood).toBeGreaterThan(await truth().logProb(samples).mean().item());
    expect(await mixture.logProb(samples).mean().item()).toBeCloseTo(mixture.logLikelihood, 4);
  });

  it("is the same for the same seed, and little changed by a far origin", async () => {
    const samples = points(600);
    const options = { components: 3, restarts: 1 };
    const fit = (x: Tensor): Promise<GaussianMixture> =>
      GaussianMixture.fit(x, { ...options, generator: new Generator(2) });
    const [first, again, far] = [
      await fit(samples),
      await fit(samples),
      await fit(samples.add(1000)),
    ];
    expect(await again.means.toArray()).toEqual(await first.means.toArray());
    expect(far.logLikelihood).toBeCloseTo(first.logLikelihood, 2);
  });

  it("of one component is the normal of maximum likelihood", async () => {
    const samples = points(200);
    const mixture = await GaussianMixture.fit(samples, { components: 1, ridge: 1e-9 });
    const single = MultivariateNormal.fit(samples);
    expect(mixture.logLikelihood).toBeCloseTo(await single.logProb(samples).mean().item(), 4);
  });

  it("holds covariances to diagonals and to one number", async () => {
    const samples = points(1000);
    const options = { components: 3, generator: new Generator(1) };
    const fits = await Promise.all(
      (["full", "diagonal", "spherical"] as const).map((covariance) =>
        GaussianMixture.fit(samples, { ...options, covariance }),
      ),
    );
    expect(fits.map(({ parameterCount }) => parameterCount)).toEqual([17, 14, 11]);
    const [full2, diagonal, spherical] = fits as [
      GaussianMixture,
      GaussianMixture,
      GaussianMixture,
    ];
    expect(full2.logLikelihood).toBeGreaterThan(diagonal.logLikelihood);
    expect(diagonal.logLikelihood).toBeGreaterThan(spherical.logLikelihood);
    for (const [[xx, xy], [, yy]] of await spherical.covariances.toArray<
      [[number, number], [number, number]][]
    >()) {
      expect(xy).toBe(0);
      expect(xx).toBeCloseTo(yy, 5);
    }
  });

  it("gives every component samples, also of samples that are few or alike", async () => {
    const alike = await GaussianMixture.fit(full([20, 2], 3), { components: 4 });
    expect(await alike.means.toArray()).toEqual([0, 1, 2, 3].map(() => [3, 3]));
    expect(Number.isFinite(alike.logLikelihood)).toBe(true);
    const clump = concatenate([
      normal([300, 2], { std: 0.01, generator: new Generator(1) }),
      tensor([
        [50, 50],
        [-50, 50],
      ]),
    ]);
    const mixture = await GaussianMixture.fit(clump, {
      components: 3,
      generator: new Generator(4),
    });
    for (const weight of await mixture.weights.toArray<number[]>())
      expect(weight).toBeGreaterThan(0.9 / 302);
  });

  it("is a generative model, also of diagonal covariances", async () => {
    const mixture: GenerativeModel = await GaussianMixture.fit(points(300), {
      components: 3,
      covariance: "diagonal",
      generator: new Generator(1),
    });
    const drawn = mixture.sample(7, { generator: new Generator(2) });
    expect(drawn.shape).toEqual([7, 2]);
    expect(mixture.logProb!(drawn).shape).toEqual([7]);
  });

  it("samples as it was fitted", async () => {
    const mixture = await GaussianMixture.fit(points(1000), {
      components: 3,
      generator: new Generator(1),
    });
    const drawn = mixture.sample(2000, { generator: new Generator(9) });
    expect(drawn.shape).toEqual([2000, 2]);
    const again = await GaussianMixture.fit(drawn, { components: 3, generator: new Generator(1) });
    const found = await ordered(again);
    found.means.forEach((mean, k) => expect(away(mean, means[k]!)).toBeLessThan(0.03));
  });
});

it("choose takes as many components as the samples have, by the information criterion", async () => {
  const mixture = await GaussianMixture.choose(points(1000), {
    components: [1, 2, 3, 5],
    generator: new Generator(3),
  });
  expect(mixture.componentCount).toBe(3);
  expect(mixture.bic).toBeGreaterThan(mixture.aic);
});

describe("what is refused", () => {
  it.each([
    [
      [4, 2],
      { components: 5 },
      "GaussianMixture.fit: components must be a whole number from 1 to 4, the number of samples: received 5.",
    ],
    [
      [4],
      { components: 1 },
      "GaussianMixture.fit: needs samples [count, n]: received [4]. Reshape them to rows.",
    ],
    [
      [4, 2],
      { components: 1, ridge: 0 },
      "GaussianMixture.fit: ridge must be above 0: received 0.",
    ],
  ] as const)("%j %j", async (shape, options, message) => {
    await expect(GaussianMixture.fit(full([...shape], 1), options)).rejects.toThrow(message);
  });
  it("NaN", async () => {
    await expect(GaussianMixture.fit(tensor([[NaN], [1]]), { components: 1 })).rejects.toThrow(
      "the samples have NaN or infinite numbers. Leave them out.",
    );
  });
  it("no number of components", async () => {
    await expect(GaussianMixture.choose(full([4, 2], 1), { components: [] })).rejects.toThrow(
      "GaussianMixture.choose: needs a list of numbers of components.",
    );
  });
});
