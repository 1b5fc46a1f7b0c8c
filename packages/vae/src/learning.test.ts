import { cpu } from "@dl/backend-cpu";
import { DiagonalNormalHead, BernoulliHead, LearntNormalHead } from "@dl/generator";
import { Linear } from "@dl/nn";
import { Adam } from "@dl/optim";
import { bernoulli, configure, Generator, normal, oneHot, tensor, type Tensor } from "@dl/tensor";
import { evaluate, fit } from "@dl/training";
import { beforeEach, describe, expect, it } from "vitest";
import {
  collapseAlarm,
  ConditionalVariationalAutoencoder,
  ConditionedNetwork,
  elbo,
  importanceWeightedBound,
  klThroughTime,
  LatentSampler,
  latentReport,
  latentsOf,
  logLikelihood,
  mlpVae,
  posteriorCollapse,
  priorSampler,
  standardNormalLike,
  variationalStep,
  WarmUp,
  type CollapseVerdict,
  type VariationalAutoencoder,
} from "./index.ts";

const backend = await cpu();
beforeEach(() => {
  configure({ backend });
});

/** 5x5 pictures of one bar, lying or standing at one of five places, each pixel flipped at times. */
function bars(count: number, seed: number): Tensor {
  const random = new Generator(seed);
  const words = random.words(2 * count);
  const pictures = Array.from({ length: count }, (_, i) => {
    const [place, isLying] = [words[2 * i]! % 5, words[2 * i + 1]! % 2 === 1];
    return Array.from({ length: 25 }, (_unused, pixel) =>
      (isLying ? Math.floor(pixel / 5) : pixel % 5) === place ? 0.97 : 0.03,
    );
  });
  return bernoulli(tensor(pictures), { generator: random });
}
const batches = (count: number, seed: number): Tensor[] =>
  Array.from({ length: count }, (_, i) => bars(100, seed + i));
const network = (seed = 1): VariationalAutoencoder =>
  mlpVae({ inputs: 25, hidden: 32, latent: 3, generator: new Generator(seed) });
const adam = (model: { parameters(): Tensor[] }): Adam =>
  new Adam(model.parameters(), { learningRate: 5e-3 });

describe("a variational autoencoder learns", () => {
  it("its bound rises, to more than any model without latents could have", async () => {
    const [vae, data, held] = [network(), batches(20, 1), batches(4, 100)];
    const watch = klThroughTime(vae, { data: held });
    const calls: CollapseVerdict[] = [];
    const alarm = collapseAlarm(vae, {
      data: held,
      after: 200,
      warn: (verdict) => calls.push(verdict),
    });
    const step = variationalStep<Tensor>(vae, { optimizer: adam(vae) });
    const history = await fit(step, {
      data,
      validation: held,
      epochs: 30,
      callbacks: [watch, alarm],
    });
    const bounds = history.map(({ validation }) => validation!["bound"]);
    // Each pixel by itself: 25 coins of chance 0.218.
    const without = 25 * (0.218 * Math.log(0.218) + 0.782 * Math.log(0.782));
    expect(bounds[0]).toBeLessThan(without + 1);
    expect(bounds.at(-1)).toBeGreaterThan(without + 3);
    expect(watch.reports).toHaveLength(30);
    expect(calls).toHaveLength(0);
    expect(alarm.verdicts.at(-1)!.isCollapsed).toBe(false);

    const report = await latentReport(vae, { data: held });
    expect(report.kl).toBeCloseTo(
      report.klPerDimension.reduce((sum, nats) => sum + nats),
      9,
    );
    expect(report.activeUnits).toBeGreaterThanOrEqual(2);
    expect([report.rate, report.distortion]).toEqual([report.kl, -report.reconstruction]);
    expect(report.samples).toBe(400);
    const judged = await evaluate(step, { data: held });
    expect(judged["kl"]).toBeCloseTo(report.kl, 3);
    expect(Math.abs(judged["bound"] - report.bound)).toBeLessThan(0.4);
    const likelihood = await (await logLikelihood(vae, held[0]!, { samples: 300 })).mean().item();
    expect(likelihood).toBeGreaterThan(await elbo(vae, held[0]!).bound.item());
    // The data's own entropy: which bar, and 25 pixels that may flip.
    const floor = -Math.log(10) + 25 * (0.03 * Math.log(0.03) + 0.97 * Math.log(0.97));
    expect(likelihood).toBeLessThan(floor + 1);

    const samples = priorSampler(vae, 3).sample(200, { generator: new Generator(2) });
    expect(samples.shape).toEqual([200, 25]);
    expect(vae.isTraining).toBe(true);
    const drawn = priorSampler(vae, 3, { show: "draw" }).sample(10);
    expect(new Set(await drawn.data()).size).toBe(2);
    const latents = await latentsOf(vae, { data: held });
    expect(latents.shape).toEqual([400, 3]);
    const again = new LatentSampler(vae, standardNormalLike(vae.encode(held[0]!)));
    expect(again.sample(2).shape).toEqual([2, 25]);
  });

  it("with warm-up, free bits and several draws, from binary pixels drawn in each step", async () => {
    const vae = network();
    const warmUp = new WarmUp(100);
    const generator = new Generator(5);
    const step = variationalStep<{ grey: Tensor }>(vae, {
      optimizer: adam(vae),
      modules: { warmUp },
      bound: ({ grey }) =>
        elbo(vae, bernoulli(grey, { generator }), {
          beta: warmUp.forward(),
          freeBits: 0.1,
          generator,
        }),
    });
    const data = batches(10, 1).map((pictures) => ({ grey: pictures.mul(0.9).add(0.05) }));
    const history = await fit(step, { data, validation: data, epochs: 12 });
    expect(history.at(-1)!.training["bound"]).toBeGreaterThan(history[0]!.training["bound"]);
    // Validation is in evaluation, where the weight stands.
    expect(await warmUp.stepCount.item()).toBe(120);
    const weighted = variationalStep<Tensor>(vae, {
      optimizer: adam(vae),
      bound: (x) => importanceWeightedBound(vae, x, { samples: 4 }),
    });
    const more = await fit(weighted, { data: batches(10, 1), epochs: 2 });
    expect(more[1]!.training["bound"]).toBeGreaterThan(-17);
  });

  it("under conditions, which then need not be in the latents", async () => {
    const random = { generator: new Generator(1) };
    const vae = new ConditionalVariationalAutoencoder(
      new ConditionedNetwork(new Linear(4, 2, random), new DiagonalNormalHead()),
      new ConditionedNetwork(new Linear(3, 2, random), new LearntNormalHead()),
    );
    const classes = tensor(Array.from({ length: 120 }, (_, i) => i % 2)).cast("int32");
    const centres = tensor([
      [3, 0],
      [-3, 1],
    ]);
    const points = centres.indexSelect(0, classes).add(normal([120, 2], random).mul(0.1));
    const data = [{ points, condition: oneHot(classes, 2).cast("float32") }];
    const step = variationalStep<(typeof data)[0]>(vae, {
      optimizer: new Adam(vae.parameters(), { learningRate: 0.03 }),
      bound: ({ points: x, condition }) => elbo(vae.given(condition), x),
    });
    const history = await fit(step, { data, epochs: 400 });
    // Two normals of deviation 0.1: 2 (-½ ln(2πe) - ln 0.1) nats, of which no latent is needed.
    expect(history.at(-1)!.training["bound"]).toBeGreaterThan(1);
    const given = vae.given(oneHot(tensor([0, 1]).cast("int32"), 2).cast("float32"));
    const means = await given.decode(normal([2, 1])).mean.toArray<number[][]>();
    expect(Math.abs(means[0]![0]! - 3)).toBeLessThan(0.3);
    expect(Math.abs(means[1]![0]! + 3)).toBeLessThan(0.3);
    const { bound } = importanceWeightedBound(vae.given(data[0]!.condition), points, {
      samples: 3,
    });
    expect(Number.isFinite(await bound.item())).toBe(true);
    expect(() => variationalStep(vae as never, { optimizer: adam(vae) }).step(points)).toThrow(
      "the model has no encode, decode and prior of its own",
    );
  });
});

describe("the alarm", () => {
  it("rings once where latents cost so much that none are used, with figures and advice", async () => {
    const [vae, data] = [network(), batches(10, 1)];
    const calls: CollapseVerdict[] = [];
    const alarm = collapseAlarm(vae, { data, after: 20, warn: (verdict) => calls.push(verdict) });
    const step = variationalStep<Tensor>(vae, {
      optimizer: adam(vae),
      bound: (x) => elbo(vae, x, { beta: 30 }),
    });
    await fit(step, { data, epochs: 4, callbacks: [alarm] });
    expect(calls).toHaveLength(1);
    expect(calls[0]!.message).toMatch(
      /^Posterior collapse: \d of 3 latent units are active, the divergence from the prior is 0\.\d\d nats.*beta/,
    );
    expect(calls[0]!.kl).toBeLessThan(0.5);
  });

  it("is silent where the decoder needs the latents", async () => {
    const head = new BernoulliHead();
    const vae = mlpVae({ inputs: 25, hidden: 32, latent: 3, likelihood: head });
    const report = {
      ...(await latentReport(vae, { data: [bars(10, 1)] })),
      kl: 5,
      reconstruction: -8,
      reconstructionFromOthers: -20,
    };
    const verdict = posteriorCollapse(report);
    expect(verdict).toMatchObject({ isCollapsed: false, gain: 12 });
    expect(verdict.message).toMatch(/^No collapse: /);
    await expect(latentReport(vae, { data: [] })).rejects.toThrow("the data has no samples");
  });
});
