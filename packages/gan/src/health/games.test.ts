import { gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { avgPool2d } from "@dl/conv";
import { DataLoader, gaussianRing, ProceduralDigits, TensorDataset } from "@dl/data";
import { Independent, Normal } from "@dl/distributions";
import { LatentGenerator } from "@dl/generator";
import { LeakyReLU, Linear, ReLU, Sequential, Sigmoid, SpectralNorm, type Layer } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, uniform, zeros, type Tensor } from "@dl/tensor";
import { fit } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import type { AdversarialLoss } from "../losses/adversarial-loss.ts";
import { hinge, leastSquares, minimax, nonSaturating, wasserstein } from "../losses/losses.ts";
import type { Penalty } from "../penalties/penalty.ts";
import { adversarialStep } from "../steps/adversarial-step.ts";
import { gameHealth } from "./game-health.ts";
import type { GameState, GameVerdict } from "./game-verdict.ts";

beforeAll(async () => {
  configure({ backend: await cpu({ threads: 1 }) });
});

/** Real samples, and networks that are about their size. */
interface Problem {
  readonly data: Tensor;
  readonly heldOut: Tensor;
  readonly latent: number;
  readonly hidden: readonly number[];
  /** Numbers of a sample from 0 to 1. */
  readonly isPicture: boolean;
}

const allOf = (set: ReturnType<typeof gaussianRing> | ProceduralDigits): Tensor =>
  [...new DataLoader(set, { batchSize: set.length })][0]!.inputs;

function ring(): Problem {
  const [data, heldOut] = [0, 1].map((seed) => allOf(gaussianRing({ length: 2000, seed })));
  return { data: data!, heldOut: heldOut!, latent: 2, hidden: [64, 64], isPicture: false };
}

/** Drawn digits of 14x14 pixels. */
function digits(length = 2000): Problem {
  const [data, heldOut] = (["train", "test"] as const).map((split) => {
    const count = split === "train" ? length : 500;
    const pictures = allOf(new ProceduralDigits({ length: count, seed: 0, split }));
    return avgPool2d(pictures, 2).reshape([count, 196]);
  });
  return { data: data!, heldOut: heldOut!, latent: 16, hidden: [96], isPicture: true };
}

interface Game {
  readonly problem: () => Problem;
  readonly loss: AdversarialLoss;
  readonly steps: number;
  /** Learning rates of generator and discriminator. */
  readonly rates: readonly [number, number];
  readonly beta1?: number;
  readonly discriminatorSteps?: number;
  /** Weight of a penalty on slopes other than 1. */
  readonly penalty?: number;
  readonly hasSpectralNorm?: boolean;
  readonly boundary?: number;
}

const failing: Readonly<Record<string, readonly [GameState, Game]>> = {
  "a discriminator that learns 200 times as fast": [
    "discriminator wins",
    { problem: digits, loss: nonSaturating, steps: 600, rates: [1e-5, 2e-3] },
  ],
  "a generator that learns 25 times as fast": [
    "generator collapsed",
    { problem: ring, loss: nonSaturating, steps: 2000, rates: [5e-3, 2e-4], beta1: 0.9 },
  ],
  "a loss without slope where the discriminator is sure": [
    "dead generator",
    { problem: digits, loss: minimax, steps: 600, rates: [1e-4, 5e-3] },
  ],
  "a penalty of weight 1000, at a rate of 0.1": [
    "penalty explodes",
    { problem: ring, loss: wasserstein, steps: 600, rates: [1e-3, 0.1], penalty: 1000 },
  ],
  "64 digits": [
    "memorises",
    {
      problem: () => digits(64),
      loss: hinge,
      steps: 1000,
      rates: [1e-3, 1e-3],
      hasSpectralNorm: true,
    },
  ],
};

const healthy: Readonly<Record<string, Game>> = {
  "ring, least squares": {
    problem: ring,
    loss: leastSquares,
    steps: 2000,
    rates: [1e-3, 1e-3],
    boundary: 0.5,
  },
  "ring, Wasserstein with a penalty": {
    problem: ring,
    loss: wasserstein,
    steps: 1500,
    rates: [1e-3, 1e-3],
    penalty: 0.1,
    discriminatorSteps: 3,
  },
  "digits, non-saturating": {
    problem: digits,
    loss: nonSaturating,
    steps: 3000,
    rates: [5e-4, 5e-4],
  },
  "digits, hinge with spectral norms": {
    problem: digits,
    loss: hinge,
    steps: 2000,
    rates: [1e-3, 1e-3],
    hasSpectralNorm: true,
  },
  "digits, Wasserstein with a penalty": {
    problem: digits,
    loss: wasserstein,
    steps: 1500,
    rates: [1e-3, 1e-3],
    penalty: 10,
    discriminatorSteps: 3,
  },
};

/** The verdicts of 20 looks. */
async function play(game: Game, seed: number): Promise<readonly GameVerdict[]> {
  const generator = new Generator(seed);
  const { data, heldOut, latent, hidden, isPicture } = game.problem();
  const width = data.shape[1]!;
  const layers = (sizes: readonly number[], between: () => Layer, isNormed = false): Layer[] =>
    sizes.slice(1).flatMap((size, i) => {
      const linear = new Linear(sizes[i]!, size, { generator });
      const layer = isNormed ? new SpectralNorm(linear) : linear;
      return i === sizes.length - 2 ? [layer] : [layer, between()];
    });
  const made = layers([latent, ...hidden, width], () => new ReLU());
  const network = new Sequential(...made, ...(isPicture ? [new Sigmoid()] : []));
  const model = new LatentGenerator(network, new Independent(new Normal(zeros([latent]), 1), 1));
  const discriminator = new Sequential(
    ...layers([width, ...hidden, 1], () => new LeakyReLU(0.2), game.hasSpectralNorm),
  );
  const { loss, beta1 = 0.5, penalty, discriminatorSteps = 1, boundary = 0, rates, steps } = game;
  const adam = (player: Layer | LatentGenerator, learningRate: number): Adam =>
    new Adam(player.parameters(), { learningRate, beta1, beta2: 0.99 });
  const step = adversarialStep<Tensor>(model, discriminator, {
    optimizers: { generator: adam(model, rates[0]), discriminator: adam(discriminator, rates[1]) },
    ...(penalty !== undefined && { penalties: [slopePenalty(penalty, generator)] }),
    loss,
    discriminatorSteps,
    generator,
  });
  const set = new TensorDataset({ inputs: data });
  const batches = function* (): Iterable<Tensor> {
    for (let i = 0; i < steps; i++) yield set.sample(64, { generator }).inputs;
  };
  const health = gameHealth({
    model,
    discriminator,
    data,
    heldOut,
    boundary,
    every: steps / 20,
    generator: new Generator(seed),
    warn: () => {},
  });
  const callbacks = [health];
  const run = { length: steps, [Symbol.iterator]: () => batches()[Symbol.iterator]() };
  await fit(step, { data: run, epochs: 1, generators: [generator], callbacks });
  expect(step.parts!.map(({ refusal }) => refusal)).toEqual(step.parts!.map(() => undefined));
  return health.verdicts;
}

function slopePenalty(weight: number, generator: Generator): Penalty<Tensor> {
  return (judge, real, fake) => {
    const share = uniform([real.shape[0]!, 1], { generator });
    const between = real.lerp(fake, share).detach().requireGrad();
    const [slopes] = gradientsOf(judge(between).sum(), [between], { createGraph: true }) as [
      Tensor,
    ];
    return slopes.norm(2, 1).sub(1).square().mean().mul(weight);
  };
}

const isLong = process.env["DL_COURSE"] === "write";
const seeds = isLong ? [1, 2] : [1];
const quick = new Set([...Object.keys(failing), "ring, least squares"]);
const chosen = <Value>(games: Readonly<Record<string, Value>>): [string, Value, number][] =>
  Object.entries(games)
    .filter(([name]) => isLong || quick.has(name))
    .flatMap(([name, value]) => seeds.map((seed): [string, Value, number] => [name, value, seed]));

/** The verdicts, each with the step of the first look that gave it. */
function told(verdicts: readonly GameVerdict[]): string {
  const changes = verdicts.filter(({ state }, i) => state !== verdicts[i - 1]?.state);
  return changes.map(({ state, report }) => `${report.step} ${state}`).join(", ");
}

describe("a game that fails is told so before half of it is over", () => {
  it.each(chosen(failing))("%s, %#", { timeout: 300_000 }, async (name, [expected, game], seed) => {
    const verdicts = await play(game, seed);
    process.stdout.write(`${name}, seed ${seed}: ${told(verdicts)}\n`);
    const first = verdicts.find(({ isAlarm }) => isAlarm);
    expect(first?.state).toBe(expected);
    expect(first!.report.step).toBeLessThanOrEqual(game.steps / 2);
  });
});

describe("a game that goes well raises no alarm", () => {
  it.each(chosen(healthy))("%s, %#", { timeout: 300_000 }, async (name, game, seed) => {
    const verdicts = await play(game, seed);
    process.stdout.write(`${name}, seed ${seed}: ${told(verdicts)}\n`);
    expect(verdicts.filter(({ isAlarm }) => isAlarm).map(({ message }) => message)).toEqual([]);
    expect(verdicts.at(-1)!.state).toBe("healthy");
  });
});
