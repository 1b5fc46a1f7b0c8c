import { gradcheck } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { klDivergence } from "@dl/distributions";
import {
  BernoulliHead,
  DiagonalNormalHead,
  DistributionNetwork,
  FixedNormalHead,
  LearntNormalHead,
} from "@dl/generator";
import { Linear, Tanh, Sequential } from "@dl/nn";
import {
  bernoulli,
  compile,
  configure,
  Generator,
  normal,
  ones,
  stack,
  tensor,
  type Tensor,
} from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import {
  elbo,
  importanceWeightedBound,
  klPerDimension,
  logLikelihood,
  mlpVae,
  renyiBound,
  standardNormalLike,
  VariationalAutoencoder,
  WarmUp,
  type Evidence,
} from "../index.ts";

const backend = await cpu();
const exact = reference();
beforeEach(() => {
  configure({ backend: exact });
});

const float64 = { dtype: "float64" } as const;

/** 3 numbers, 2 latents, in float64. */
function smallVae(seed = 1): VariationalAutoencoder {
  const random = { ...float64, generator: new Generator(seed) };
  const encoder = new Sequential(new Linear(3, 5, random), new Tanh(), new Linear(5, 4, random));
  const decoder = new Sequential(new Linear(2, 5, random), new Tanh(), new Linear(5, 3, random));
  return new VariationalAutoencoder(
    new DistributionNetwork(encoder, new DiagonalNormalHead()),
    new DistributionNetwork(decoder, new LearntNormalHead({ sigma: 0.7, ...float64 })),
  );
}

const samples = (count: number): Tensor =>
  normal([count, 3], { ...float64, generator: new Generator(9) });
const draws = (): { generator: Generator } => ({ generator: new Generator(5) });
const numbers = async (evidence: Evidence): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(evidence).map(async ([name, value]) => [name, await value.item()] as const),
    ),
  );

describe("elbo", () => {
  it("is reconstruction less divergence, by the formulas written out", async () => {
    const [vae, x] = [smallVae(), samples(4)];
    const outputs = vae.encoder.network.forward(x);
    const [mean, logVariance] = [outputs.narrow(1, 0, 2), outputs.narrow(1, 2, 2)];
    const noise = normal([4, 2], { ...float64, ...draws() });
    const decoded = vae.decoder.network.forward(mean.add(noise.mul(logVariance.mul(0.5).exp())));
    const error = decoded
      .sub(x)
      .square()
      .div(0.49)
      .add(Math.log(2 * Math.PI * 0.49));
    const reconstruction = await error.sum(1).mean().mul(-0.5).item();
    const kl = logVariance.exp().add(mean.square()).sub(1).sub(logVariance).sum(1).mean().mul(0.5);
    const found = await numbers(elbo(vae, x, draws()));
    expect(found["reconstruction"]).toBeCloseTo(reconstruction, 10);
    expect(found["kl"]).toBeCloseTo(await kl.item(), 10);
    expect(found["bound"]).toBeCloseTo(reconstruction - (await kl.item()), 10);
    expect(found["loss"]).toBeCloseTo(-found["bound"]!, 12);
  });

  it("weighs the divergence in the loss alone", async () => {
    const [vae, x] = [smallVae(), samples(4)];
    const { reconstruction, kl, bound } = await numbers(elbo(vae, x, draws()));
    for (const beta of [0, 0.5, 4]) {
      const found = await numbers(elbo(vae, x, { beta, ...draws() }));
      expect(found["loss"]).toBeCloseTo(beta * kl! - reconstruction!, 12);
      expect(found["bound"]).toBe(bound);
      const asTensor = await numbers(elbo(vae, x, { beta: tensor(beta, float64), ...draws() }));
      expect(asTensor["loss"]).toBeCloseTo(found["loss"]!, 12);
    }
  });

  it("leaves so many nats of each latent free, of the batch's mean", async () => {
    const [vae, x] = [smallVae(), samples(4)];
    const posterior = vae.encode(x);
    const each = await klPerDimension(posterior, vae.prior(posterior)).mean(0).data();
    const free = (each[0]! + each[1]!) / 2;
    const counted = Math.max(free, each[0]!) + Math.max(free, each[1]!);
    const found = await numbers(elbo(vae, x, { freeBits: free, ...draws() }));
    expect(found["loss"]).toBeCloseTo(counted - found["reconstruction"]!, 12);
  });

  it.each([{}, { beta: 3 }, { freeBits: 0.2 }])(
    "has the gradient of differences: %o",
    async (by) => {
      const [vae, x] = [smallVae(), samples(4)];
      for (const parameter of vae.parameters()) {
        const before = parameter.detach();
        await gradcheck(
          (weights) => {
            const own = parameter.value;
            parameter.rebind(weights.value);
            const recording = parameter.recording;
            parameter.recording = weights.recording;
            try {
              return elbo(vae, x, { ...by, ...draws() }).loss;
            } finally {
              parameter.rebind(own);
              parameter.recording = recording;
            }
          },
          [before],
        );
      }
    },
  );

  it("is a bound of the likelihood, which importance sampling comes near to", async () => {
    const [vae, x] = [smallVae(), samples(16)];
    const likelihood = await (
      await logLikelihood(vae, x, { samples: 4000, ...draws() })
    )
      .mean()
      .item();
    const bounds = await Promise.all(
      [1, 8, 64].map(async (count) =>
        importanceWeightedBound(vae, x.expand([40, 16, 3]).reshape([640, 3]), {
          samples: count,
          ...draws(),
        }).bound.item(),
      ),
    );
    expect(bounds[0]).toBeLessThan(bounds[1]!);
    expect(bounds[1]).toBeLessThan(bounds[2]!);
    expect(Math.abs(bounds[2]! - likelihood)).toBeLessThan(0.02);
  });

  it("refuses what does not fit, and options that cannot be", () => {
    const vae = smallVae();
    expect(() => elbo(vae, samples(4), { beta: -1 })).toThrow(
      "beta must be a number of at least 0",
    );
    expect(() => elbo(vae, samples(4), { freeBits: NaN })).toThrow("freeBits must be");
    expect(() => elbo(vae, samples(4), { betas: 1 } as never)).toThrow("Did you mean beta?");
    const other = new VariationalAutoencoder(
      vae.encoder,
      new DistributionNetwork(new Linear(2, 4, float64), new FixedNormalHead()),
    );
    expect(() => elbo(other, samples(4))).toThrow(
      "elbo: the decoder's distributions do not fit the samples: batch [4] of events [4], samples [4, 3]",
    );
  });
});

describe("bounds of several draws", () => {
  it("with one draw is the evidence lower bound with its divergence by sampling", async () => {
    const [vae, x] = [smallVae(), samples(4)];
    const posterior = vae.encode(x);
    const latents = posterior.rsample([1], draws());
    const prior = standardNormalLike(posterior);
    const kl = posterior.logProb(latents).sub(prior.logProb(latents)).mean();
    const plain = await numbers(elbo(vae, x, draws()));
    const found = await numbers(importanceWeightedBound(vae, x, { samples: 1, ...draws() }));
    expect(found["reconstruction"]).toBeCloseTo(plain["reconstruction"]!, 10);
    expect(found["kl"]).toBeCloseTo(await kl.item(), 10);
    expect(found["bound"]).toBeCloseTo(found["reconstruction"]! - found["kl"]!, 10);
    // Over many draws the divergence is the closed form.
    const many = await numbers(importanceWeightedBound(vae, x, { samples: 20_000, ...draws() }));
    expect(
      Math.abs(many["kl"]! - (await klDivergence(posterior, prior).mean().item())),
    ).toBeLessThan(0.02);
  });

  it("has gradients that weigh each draw by its share", async () => {
    const [vae, x] = [smallVae(), samples(4)];
    const bias = vae.decoder.network.parameters().at(-1)!;
    vae.zeroGrad();
    importanceWeightedBound(vae, x, { samples: 3, ...draws() }).bound.backward();
    const found = await bias.grad!.data();
    // Σ over draws of softmax(log weights) times the gradient of ln p(x | z).
    const posterior = vae.encode(x);
    const latents = posterior.rsample([3], draws());
    const terms: Tensor[] = [];
    const weights: Tensor[] = [];
    for (let i = 0; i < 3; i++) {
      const z = latents.select(0, i);
      const likelihood = vae.decode(z);
      const prior = vae.prior(posterior);
      weights.push(likelihood.logProb(x).add(prior.logProb(z)).sub(posterior.logProb(z)));
      terms.push(x.sub(likelihood.mean).div(0.49));
    }
    const shares = stack(weights).softmax(0).unsqueeze(-1);
    const expected = await stack(terms).mul(shares).sum(0).mean(0).data();
    expected.forEach((slope, i) => expect(found[i]).toBeCloseTo(slope, 9));
  });

  it("Rényi's is the importance-weighted one at 0, the plain one at 1, and falls with alpha", async () => {
    const [vae, x] = [smallVae(), samples(4)];
    const at = (alpha: number): Promise<number> =>
      renyiBound(vae, x, { alpha, samples: 6, ...draws() }).bound.item();
    const weighted = importanceWeightedBound(vae, x, { samples: 6, ...draws() });
    expect(await at(0)).toBeCloseTo(await weighted.bound.item(), 10);
    const plain = weighted.reconstruction.sub(weighted.kl);
    expect(await at(1)).toBeCloseTo(await plain.item(), 10);
    expect(await at(1 - 1e-7)).toBeCloseTo(await at(1), 5);
    const all = [];
    for (const alpha of [-Infinity, -50, -1, 0, 0.5, 1, 2, 50]) all.push(await at(alpha));
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    expect(all[1]! - all[0]!).toBeGreaterThan(-0.05);
    await expect(async () => at(Infinity)).rejects.toThrow("alpha must be a number below infinity");
  });

  it("refuse a number of draws that is none", () => {
    expect(() => importanceWeightedBound(smallVae(), samples(2), { samples: 0 })).toThrow(
      "samples must be a whole number of at least 1",
    );
  });
});

describe("WarmUp", () => {
  it("rises step by step inside a compiled step, and stands in evaluation", async () => {
    configure({ backend });
    const beta = new WarmUp(4, { from: 0.2, to: 1 });
    const step = compile((x: Tensor) => x.mul(beta.forward()));
    const found = [];
    for (let i = 0; i < 12; i++) found.push(await step(ones([])).item());
    expect(found.map((value) => value.toFixed(5))).toEqual(
      [0.2, 0.4, 0.6, 0.8, ...new Array<number>(8).fill(1)].map((value) => value.toFixed(5)),
    );
    expect(step.report.replays).toBeGreaterThan(3);
    beta.eval();
    await beta.forward().item();
    expect(await beta.stepCount.item()).toBe(12);
    expect([...beta.namedBuffers().keys()]).toEqual(["stepCount"]);
  });
});

describe("numbers at the edge", () => {
  it("logits of ±1e4 and latents beyond every bound leave the bound finite", async () => {
    const vae = mlpVae({ inputs: 4, hidden: 3, latent: 2, likelihood: new BernoulliHead() });
    const x = bernoulli([6, 4], draws());
    for (const size of [1e4, -1e4]) {
      for (const parameter of vae.parameters()) parameter.assign(parameter.mul(0).add(size));
      vae.zeroGrad();
      const { loss, bound } = elbo(vae, x, draws());
      loss.backward();
      expect(Number.isFinite(await bound.item())).toBe(true);
      for (const { grad } of vae.parameters()) expect(await grad!.isFinite().all().item()).toBe(1);
    }
  });
});
