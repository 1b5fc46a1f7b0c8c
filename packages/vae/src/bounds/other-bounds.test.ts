import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { FullNormalHead, LearntNormalHead } from "@dl/generator";
import { configure, Generator, normal, type Tensor } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import {
  betaTcBound,
  convVae,
  elbo,
  gaussianKernel,
  importanceWeightedBound,
  infoVaeBound,
  klPerDimension,
  maximumMeanDiscrepancy,
  mlpVae,
  type VariationalAutoencoder,
} from "../index.ts";

const backend = await cpu();
const exact = reference();
beforeEach(() => {
  configure({ backend: exact });
});
const float64 = { dtype: "float64" } as const;
const draws = (seed = 5): { generator: Generator } => ({ generator: new Generator(seed) });
const small = (): VariationalAutoencoder =>
  mlpVae({
    inputs: 3,
    hidden: 4,
    latent: 2,
    likelihood: new LearntNormalHead(float64),
    ...float64,
    ...draws(1),
  });
const samples = (count = 4): Tensor => normal([count, 3], { ...float64, ...draws(9) });

describe("betaTcBound", () => {
  it("takes the divergence apart as minibatch-weighted sampling says", async () => {
    const [vae, x, size] = [small(), samples(), 50];
    const posterior = vae.encode(x);
    const z = await posterior.rsample([], draws()).toArray<number[][]>();
    const mean = await posterior.mean.toArray<number[][]>();
    const std = await posterior.std.toArray<number[][]>();
    const log = (v: number, m: number, s: number): number =>
      -0.5 * ((v - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
    const each = z.map((row, i) => {
      const pairs = z.map((_, k) => row.map((v, j) => log(v, mean[k]![j]!, std[k]![j]!)));
      const sum = (values: number[]): number => values.reduce((total, v) => total + v, 0);
      const mixed = (values: number[]): number =>
        Math.log(sum(values.map((v) => Math.exp(v))) / (size * z.length));
      const joint = mixed(pairs.map(sum));
      const marginals = sum([0, 1].map((j) => mixed(pairs.map((pair) => pair[j]!))));
      const prior = sum(row.map((v) => log(v, 0, 1)));
      return [sum(pairs[i]!) - joint, joint - marginals, marginals - prior];
    });
    const expected = [0, 1, 2].map((part) =>
      each.reduce((total, row) => total + row[part]! / 4, 0),
    );
    const found = betaTcBound(vae, x, {
      datasetSize: size,
      alpha: 2,
      beta: 3,
      gamma: 4,
      ...draws(),
    });
    const { mutualInformation, totalCorrelation, dimensionwiseKl, loss, reconstruction } = found;
    const parts = [mutualInformation, totalCorrelation, dimensionwiseKl];
    for (const [i, part] of parts.entries()) expect(await part.item()).toBeCloseTo(expected[i]!, 9);
    const [a, b, c] = expected as [number, number, number];
    expect(await loss.add(reconstruction).item()).toBeCloseTo(2 * a + 3 * b + 4 * c, 9);
    // The three together are the divergence by sampling.
    const sampled = importanceWeightedBound(vae, x, { samples: 1, ...draws() });
    expect(a + b + c).toBeCloseTo(await sampled.kl.item(), 9);
  });

  it("needs posteriors that are independent in each number", () => {
    const posterior = new FullNormalHead();
    const vae = mlpVae({ inputs: 3, hidden: 4, latent: 2, posterior, ...float64 });
    expect(() => betaTcBound(vae, samples(), { datasetSize: 9 })).toThrow(
      "End the encoder with a DiagonalNormalHead",
    );
    expect(() => betaTcBound(vae, samples(), {} as never)).toThrow("datasetSize");
  });
});

describe("infoVaeBound", () => {
  it("weighs divergence and discrepancy as the paper says", async () => {
    const [vae, x, kernel] = [small(), samples(6), gaussianKernel(1)];
    const options = { alpha: 0.25, lambda: 3, kernel, ...draws() };
    const { loss, reconstruction, kl, discrepancy } = infoVaeBound(vae, x, options);
    const parts = kl.mul(0.75).add(discrepancy.mul(2.25)).sub(reconstruction);
    expect(await loss.sub(parts).abs().item()).toBeLessThan(1e-12);
    const { generator } = draws();
    const latents = vae.encode(x).rsample([], { generator });
    const prior = normal([6, 2], { ...float64, generator });
    const expected = maximumMeanDiscrepancy(latents, prior, kernel);
    expect(await discrepancy.item()).toBeCloseTo(await expected.item(), 9);
    expect(() => infoVaeBound(vae, x, { alpha: 0, lambda: 0.5 })).toThrow("at least 1 together");
  });
});

describe("posteriors of full covariance", () => {
  it("have a bound in closed form against the prior", async () => {
    const posterior = new FullNormalHead();
    const likelihood = new LearntNormalHead(float64);
    const vae = mlpVae({
      inputs: 3,
      hidden: 4,
      latent: 2,
      posterior,
      likelihood,
      ...float64,
      ...draws(1),
    });
    const x = samples(6);
    const { kl, loss } = elbo(vae, x, draws());
    const many = importanceWeightedBound(vae, x, { samples: 8000, ...draws() });
    expect(Math.abs((await kl.item()) - (await many.kl.item()))).toBeLessThan(0.03);
    loss.backward();
    const q = vae.encode(x);
    expect(klPerDimension(q, vae.prior(q)).shape).toEqual([6]);
    expect(() => elbo(vae, samples(6).reshape([3, 6]))).toThrow("network.0: linear");
  });
});

describe("convVae", () => {
  it("has the shapes of pictures, and refuses sides that cannot be halved twice", async () => {
    configure({ backend });
    const vae = convVae({
      size: 8,
      channels: 3,
      widths: [4, 6],
      hidden: 10,
      latent: 5,
      ...draws(),
    });
    const x = normal([2, 3, 8, 8], draws());
    expect(vae.encode(x).eventShape).toEqual([5]);
    expect(vae.forward(x).shape).toEqual([2, 3, 8, 8]);
    const layers = convVae()
      .parameters()
      .map(({ shape }) => shape);
    expect(layers[0]).toEqual([16, 1, 4, 4]);
    expect(layers).toContainEqual([128, 32 * 49]);
    expect(layers).toContainEqual([40, 128]);
    expect(() => convVae({ size: 30 })).toThrow("size must be a multiple of 4");
    expect(() => convVae({ widths: [4] as never })).toThrow("widths must be two numbers");
    expect(() => convVae({ latent: 0 })).toThrow("latent must be a whole number of at least 1");
  });
});
