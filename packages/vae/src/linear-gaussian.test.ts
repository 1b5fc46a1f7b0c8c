import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { MultivariateNormal } from "@dl/distributions";
import { DiagonalNormalHead, DistributionNetwork, FullNormalHead } from "@dl/generator";
import { Linear } from "@dl/nn";
import { Adam, cosineSchedule, Scheduler } from "@dl/optim";
import { configure, Generator, normal, type Tensor } from "@dl/tensor";
import { fit } from "@dl/training";
import { beforeEach, expect, it } from "vitest";
import {
  elbo,
  importanceWeightedBound,
  LinearGaussian,
  logLikelihood,
  variationalStep,
  type LatentModel,
} from "./index.ts";

const backend = await cpu();
const exact = reference();
beforeEach(() => {
  configure({ backend: exact });
});
const float64 = { dtype: "float64" } as const;
const model = (): LinearGaussian => {
  const made = new LinearGaussian(5, 2, { sigma: 0.5, ...float64, generator: new Generator(1) });
  made.bias.assign(normal([5], { ...float64, generator: new Generator(2) }));
  return made;
};

it("ln p(x) = bound + divergence from the posterior, for any posterior, at 2,000 points", async () => {
  const truth = model();
  const x = truth.sample(2000, { generator: new Generator(3) });
  const likelihood = truth.logProb(x);
  for (const [head, outputs] of [
    [new DiagonalNormalHead(), 4],
    [new FullNormalHead(), 5],
  ] as const) {
    const encoder = new Linear(5, outputs, { ...float64, generator: new Generator(4) });
    const q = head.forward(encoder.forward(x));
    const [bound, gap] = [truth.bound(x, q), truth.gap(x, q)];
    const difference = likelihood.sub(bound.add(gap)).abs().amax();
    expect(await difference.item()).toBeLessThan(1e-9);
    expect(await gap.amin().item()).toBeGreaterThan(0);
    // The same by draws.
    const drawn: LatentModel = {
      encode: () => q,
      decode: (z) => truth.decode(z),
      prior: (posterior) => truth.prior(posterior),
    };
    const { bound: sampled, reconstruction } = elbo(drawn, x, { generator: new Generator(5) });
    const spread = Math.abs((await sampled.item()) - (await bound.mean().item()));
    expect(spread / Math.abs(await reconstruction.item())).toBeLessThan(0.05);
  }
});

it("with the exact posterior nothing is missing, and every draw has the same weight", async () => {
  const truth = model();
  const x = truth.sample(50, { generator: new Generator(3) });
  expect(await truth.gap(x, truth.posterior(x)).abs().amax().item()).toBeLessThan(1e-9);
  const likelihood = await truth.logProb(x).mean().item();
  const weighted = importanceWeightedBound(truth, x, { samples: 3, generator: new Generator(4) });
  expect(await weighted.bound.item()).toBeCloseTo(likelihood, 9);
  const each = await (await logLikelihood(truth, x, { samples: 2, atOnce: 30 })).data();
  const known = await truth.logProb(x).data();
  known.forEach((nats, i) => expect(each[i]).toBeCloseTo(nats, 9));
});

it("has the moments it says, and refuses samples of another size", async () => {
  const truth = model();
  const fitted = MultivariateNormal.fit(truth.sample(4000, { generator: new Generator(3) }));
  const known = truth.weight.matmul(truth.weight.transpose(0, 1)).diagonal().add(0.25);
  expect(await fitted.variance.div(known).sub(1).abs().amax().item()).toBeLessThan(0.12);
  expect(() => truth.posterior(normal([3, 4], float64))).toThrow(
    "linearGaussian: needs samples [batch, 5]: received [3, 4]",
  );
});

it("learnt by its bound, the model comes near to the data's likelihood", async () => {
  configure({ backend });
  const random = { generator: new Generator(1) };
  const truth = new LinearGaussian(5, 2, { sigma: 0.5, ...random });
  const data: Tensor[] = [];
  for (let i = 0; i < 50; i++) data.push(truth.sample(200, random));
  const learnt = new LinearGaussian(5, 2, random);
  const encoder = new DistributionNetwork(new Linear(5, 4, random), new DiagonalNormalHead());
  const pair: LatentModel = {
    encode: (x) => encoder.forward(x),
    decode: (z) => learnt.decode(z),
    prior: (posterior) => learnt.prior(posterior),
  };
  const optimizer = new Adam([...encoder.parameters(), ...learnt.parameters()], {
    learningRate: 0.02,
  });
  const step = variationalStep<Tensor>(learnt, {
    optimizer,
    modules: { encoder },
    bound: (x) => elbo(pair, x, random),
  });
  const schedule = new Scheduler(optimizer, cosineSchedule({ steps: 2000 }));
  await fit(step, { data, epochs: 40, schedule });
  const held = truth.sample(2000, random);
  const [best, bound] = [
    truth.logProb(held).mean(),
    learnt.bound(held, encoder.forward(held)).mean(),
  ];
  expect((await best.item()) - (await bound.item())).toBeLessThan(0.03);
  expect(Math.abs((await learnt.logVariance.mul(0.5).exp().item()) - 0.5)).toBeLessThan(0.02);
});
