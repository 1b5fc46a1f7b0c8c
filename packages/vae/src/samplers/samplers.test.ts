import { cpu } from "@dl/backend-cpu";
import { GaussianMixture } from "@dl/distributions";
import { FixedNormalHead } from "@dl/generator";
import { concatenate, configure, Generator, normal, zeros, type Tensor } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import {
  gaussianKernel,
  LatentSampler,
  latentsOf,
  maximumMeanDiscrepancy,
  mixtureSampler,
  mlpVae,
  normalSampler,
  priorSampler,
  secondStageSampler,
  type Decoding,
} from "../index.ts";

const backend = await cpu();
beforeEach(() => {
  configure({ backend });
});
const draws = (seed: number): { generator: Generator } => ({ generator: new Generator(seed) });

/** Whose samples are its latents. */
const open: Decoding = { decode: (latents) => latents };

/** Points near two places, far from the standard normal. */
function twoPlaces(count: number, seed: number): Tensor {
  const around = (at: number): Tensor =>
    normal([count / 2, 2], { mean: at, std: 0.3, ...draws(seed + at) });
  return concatenate([around(1), around(5)]);
}

describe("what latents are drawn from", () => {
  it("a fitted normal beats the prior, a mixture and a second stage beat the normal", async () => {
    const latents = twoPlaces(2000, 1);
    const held = twoPlaces(1000, 20);
    const distance = async (sampler: LatentSampler): Promise<number> => {
      const samples = sampler.sample(1000, draws(5));
      return maximumMeanDiscrepancy(samples, held, gaussianKernel(0.7)).item();
    };
    const prior = await distance(priorSampler(open, 2));
    const fitted = await distance(normalSampler(open, latents));
    const mixture = await distance(
      await mixtureSampler(open, latents, { components: 2, ...draws(3) }),
    );
    const second = await distance(await secondStageSampler(open, latents, draws(4)));
    expect(fitted).toBeLessThan(0.8 * prior);
    expect(mixture).toBeLessThan(0.1 * fitted);
    expect(second).toBeLessThan(0.3 * fitted);
  });

  it("anything that samples will do", async () => {
    const mixture = await GaussianMixture.fit(twoPlaces(200, 1), { components: 2, ...draws(3) });
    expect(new LatentSampler(open, mixture).sample(7).shape).toEqual([7, 2]);
  });

  it("refuses what cannot be", async () => {
    expect(() => new LatentSampler({} as never, zeros([2]) as never)).toThrow(
      "latentSampler: the model must have decode(latents)",
    );
    expect(() => new LatentSampler(open, 3 as never)).toThrow("the latents must be a distribution");
    expect(() => priorSampler(open, 2).sample(0)).toThrow("count must be a whole number");
    await expect(secondStageSampler(open, zeros([10, 2]))).rejects.toThrow(
      "needs latents [count, latent], at least as many as a batch has: received [10, 2] for batches of 128",
    );
    await expect(latentsOf({ encode: (x) => x }, { data: [] })).rejects.toThrow("no batches");
  });

  it("the same seed gives the same samples, with the likelihood's noise or without", async () => {
    const likelihood = new FixedNormalHead(0.5);
    const vae = mlpVae({ inputs: 3, hidden: 4, latent: 2, likelihood, ...draws(1) });
    const [mean, noisy] = [priorSampler(vae, 2), priorSampler(vae, 2, { show: "draw" })];
    const of = (sampler: LatentSampler): Promise<unknown> => sampler.sample(6, draws(2)).toArray();
    expect(await of(mean)).toEqual(await of(mean));
    expect(await of(noisy)).toEqual(await of(noisy));
    const noise = noisy.sample(4000, draws(3)).sub(mean.sample(4000, draws(3)));
    expect(Math.abs((await noise.std().item()) - 0.5)).toBeLessThan(0.02);
  });
});
