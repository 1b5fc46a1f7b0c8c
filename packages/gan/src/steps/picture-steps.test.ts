import { cpu } from "@dl/backend-cpu";
import { meanAbsoluteError, type Layer, type Module } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, normal, uniform, type Tensor } from "@dl/tensor";
import { fit, Trainer } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import { ImagePool } from "../image-pool.ts";
import { hinge } from "../losses/losses.ts";
import { patchDiscriminator } from "../networks/patch-discriminator.ts";
import { resnetGenerator } from "../networks/resnet-generator.ts";
import { unetGenerator } from "../networks/unet-generator.ts";
import { cycleStep } from "./cycle-step.ts";
import { pairStep } from "./pair-step.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const adam = (...networks: readonly Module[]): Adam =>
  new Adam(
    networks.flatMap((network) => network.parameters()),
    { learningRate: 2e-3, beta1: 0.5 },
  );
const pictures = (generator: Generator): Tensor =>
  uniform([4, 1, 8, 8], { low: -1, high: 1, generator });

describe("pairStep", () => {
  const players = (generator: Generator) => ({
    model: unetGenerator({ inChannels: 1, outChannels: 1, width: 4, depth: 2, generator }),
    discriminator: patchDiscriminator({ inChannels: 2, width: 4, layers: 1, generator }),
  });

  it("comes nearer to the targets, compiled, and tells the same of pairs it does not learn from", async () => {
    const generator = new Generator(3);
    const { model, discriminator } = players(generator);
    const data = Array.from({ length: 20 }, () => {
      const inputs = pictures(generator);
      return { inputs, targets: inputs.neg() };
    });
    const step = pairStep(model, discriminator, {
      optimizers: { generator: adam(model), discriminator: adam(discriminator) },
      loss: hinge,
      distanceWeight: 20,
    });
    const history = await fit(step, { data, validation: data.slice(0, 2), epochs: 6 });
    const [first, last] = [history[0]!, history.at(-1)!];
    expect(last.training.distance).toBeLessThan(0.85 * first.training.distance);
    expect(Object.keys(last.validation!).toSorted()).toEqual(Object.keys(last.training).toSorted());
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual([undefined]);
  });

  it("refuses a weight that is none", () => {
    const { model, discriminator } = players(new Generator(1));
    const optimizers = { generator: adam(model), discriminator: adam(discriminator) };
    expect(() => pairStep(model, discriminator, { optimizers, distanceWeight: -1 })).toThrow(
      "pairStep: distanceWeight must be a number of at least 0: received -1.",
    );
  });
});

describe("cycleStep", () => {
  /** Everything from the same seed; batches that are the same in each epoch. */
  function training(epochs: number) {
    const generator = new Generator(4);
    const sizes = { inChannels: 1, width: 4, generator };
    const translator = (): Layer =>
      resnetGenerator({ ...sizes, outChannels: 1, blocks: 1, halvings: 1, kernelSize: 3 });
    const generators = { aToB: translator(), bToA: translator() };
    const judge = (): Layer => patchDiscriminator({ ...sizes, layers: 1 });
    const discriminators = { a: judge(), b: judge() };
    const pool = (): ImagePool => new ImagePool(5, [1, 8, 8], { generator });
    const pools = { a: pool(), b: pool() };
    const ofData = new Generator(5);
    const data = Array.from({ length: 6 }, () => ({
      a: pictures(ofData),
      b: pictures(ofData).mul(0.2).add(0.5),
    }));
    const step = cycleStep(generators, discriminators, {
      optimizers: {
        generator: adam(...Object.values(generators)),
        discriminator: adam(...Object.values(discriminators)),
      },
      identityWeight: 1,
      pools,
    });
    const trainer = new Trainer(step, { data, epochs, generators: [generator] });
    return { generators, pools, step, trainer };
  }

  it("makes pictures come back, compiled", async () => {
    const { step, trainer } = training(12);
    const history = await trainer.fit();
    const cycles = history.map(({ training: { cycle } }) => cycle);
    expect(cycles.at(-1)!).toBeLessThan(0.7 * cycles[0]!);
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual([undefined]);
  });

  it("goes on from its state, pools and all, to the same bits", async () => {
    const whole = training(4);
    const expected = await whole.trainer.fit();
    const half = training(2);
    await half.trainer.fit();
    const rest = training(4);
    rest.trainer.loadStateDict(half.trainer.stateDict());
    const received = await rest.trainer.fit();
    expect(received.at(-1)!.training).toEqual(expected.at(-1)!.training);
    expect(await rest.pools.a.pictures.toArray()).toEqual(await whole.pools.a.pictures.toArray());
    const x = normal([1, 1, 8, 8], { generator: new Generator(1) });
    const made = [whole, rest].map(({ generators }) => generators.aToB.forward(x));
    expect(await meanAbsoluteError(made[0]!, made[1]!).item()).toBe(0);
  });

  it("refuses what is no network", () => {
    const { generators } = training(1);
    const optimizer = adam(...Object.values(generators));
    const optimizers = { generator: optimizer, discriminator: optimizer };
    expect(() => cycleStep(generators, { a: generators.aToB } as never, { optimizers })).toThrow(
      "cycleStep: discriminatorB must be a network: received undefined. Pass { aToB, bToA } and { a, b }.",
    );
  });
});
