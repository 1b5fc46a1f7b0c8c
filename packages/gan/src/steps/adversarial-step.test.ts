import { cpu } from "@dl/backend-cpu";
import { Independent, Normal } from "@dl/distributions";
import { LatentGenerator } from "@dl/generator";
import { LeakyReLU, Linear, Sequential, type Module } from "@dl/nn";
import { Adam, SGD } from "@dl/optim";
import { configure, Generator, normal, tensor, zeros, type Tensor } from "@dl/tensor";
import { fit, ModelAverage, Trainer } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import {
  hinge,
  leastSquares,
  nonSaturating,
  relativisticAverage,
  wasserstein,
} from "../losses/losses.ts";
import { draganPenalty, gradientPenalty } from "../penalties/gradient-penalty.ts";
import { r1Penalty } from "../penalties/zero-centered.ts";
import type { AdversarialStepOptions } from "./adversarial-options.ts";
import { adversarialStep } from "./adversarial-step.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const network = (inputs: number, outputs: number, generator: Generator): Sequential =>
  new Sequential(
    new Linear(inputs, 16, { generator }),
    new LeakyReLU(0.2),
    new Linear(16, outputs, { generator }),
  );
const center = [2, -1];
const pointsAround = (generator: Generator) => (): Tensor =>
  normal([64, 2], { generator }).mul(0.5).add(tensor(center));

/** Two networks, and what is left of a game's options. */
function game(seed: number, options: Partial<AdversarialStepOptions<Tensor>> = {}) {
  const generator = new Generator(seed);
  const latent = new Independent(new Normal(zeros([2]), 1), 1);
  const model = new LatentGenerator(network(2, 2, generator), latent);
  const discriminator = network(2, 1, generator);
  const adam = { beta1: 0.5, beta2: 0.99 };
  const optimizers = {
    generator: new Adam(model.parameters(), { learningRate: 0.002, ...adam }),
    discriminator: new Adam(discriminator.parameters(), { learningRate: 0.008, ...adam }),
  };
  const step = adversarialStep<Tensor>(model, discriminator, { optimizers, generator, ...options });
  return { generator, model, discriminator, optimizers, step };
}

const games: Record<string, Partial<AdversarialStepOptions<Tensor>>> = {
  "non-saturating": { loss: nonSaturating },
  "least squares": { loss: leastSquares },
  hinge: { loss: hinge, penalties: [r1Penalty({ weight: 0.2 })] },
  "relativistic average": {
    loss: relativisticAverage,
    penalties: [draganPenalty({ weight: 0.1 })],
  },
  Wasserstein: {
    loss: wasserstein,
    penalties: [gradientPenalty({ weight: 1 })],
    discriminatorSteps: 2,
  },
  "lazy R1": { lazyPenalties: [{ penalty: r1Penalty({ weight: 0.1 }), every: 4 }] },
};

describe("adversarialStep", () => {
  // The weights of now circle around what they are after; their average lies there.
  it.each(Object.entries(games))("makes points like the drawn ones: %s", async (_, options) => {
    const { generator, model, step } = game(5, options);
    const average = new ModelAverage(model, { decay: 0.99 });
    const data = Array.from({ length: 50 }, pointsAround(generator));
    await fit(step, { data, epochs: 20, averages: average, generators: [generator] });
    const made = average.model.sample(2000, { generator });
    const [mean, std] = [made.mean(0), made.std(0)];
    expect(await mean.sub(tensor(center)).norm().item()).toBeLessThan(0.2);
    for (const width of await std.data()) expect(Math.abs(width - 0.5)).toBeLessThan(0.45);
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual(step.parts!.map(() => undefined));
  });

  it("has the generator's turn after so many of the discriminator's, also when resumed", async () => {
    const turnsOf = (step: ReturnType<typeof game>["step"], count: number): boolean[] =>
      Array.from({ length: count }, () => "generatorLoss" in step.step(pointsAround(draws)()));
    const draws = new Generator(3);
    const { step } = game(1, { discriminatorSteps: 3 });
    expect(turnsOf(step, 4)).toEqual([false, false, true, false]);
    const { step: resumed } = game(1, { discriminatorSteps: 3 });
    resumed.loadStateDict!(step.stateDict!());
    expect(turnsOf(resumed, 2)).toEqual([false, true]);
  });

  it("changes in each turn the player whose turn it is", async () => {
    const numbers = (module: Module): Promise<number[]> =>
      Promise.all(module.parameters().map((x) => x.sum().item()));
    const { step, model, discriminator } = game(2, { discriminatorSteps: 2 });
    const before = [await numbers(model), await numbers(discriminator)];
    step.step(pointsAround(new Generator(4))());
    expect(await numbers(model)).toEqual(before[0]);
    expect(await numbers(discriminator)).not.toEqual(before[1]);
    const { step: only, discriminator: still, model: moved } = game(2);
    const noLearning = only.optimizers["discriminator"] as Adam;
    noLearning.groups[0]!.learningRate = 0;
    only.step(pointsAround(new Generator(4))());
    expect(await numbers(still)).toEqual(before[1]);
    expect(await numbers(moved)).not.toEqual(before[0]);
  });

  it("counts a lazy penalty as often as it is left out", async () => {
    const moved = async (every: number): Promise<number> => {
      const { model, discriminator } = game(6);
      const before = discriminator.parameters()[0]!.detach().mul(1);
      const seen = new Generator(8);
      const step = adversarialStep<Tensor>(model, discriminator, {
        optimizers: {
          generator: new SGD(model.parameters(), { learningRate: 0 }),
          discriminator: new SGD(discriminator.parameters(), { learningRate: 1e-3 }),
        },
        // No pull but that of the penalty.
        loss: { discriminator: (real) => real.mean().mul(0), generator: (fake) => fake.mean() },
        lazyPenalties: [{ penalty: r1Penalty({ weight: 1 }), every }],
        generator: seen,
      });
      const batch = pointsAround(seen)();
      for (let i = 0; i < 12; i++) step.step(batch);
      return await discriminator.parameters()[0]!.sub(before).norm().item();
    };
    const [each, fourth] = [await moved(1), await moved(4)];
    expect(each).toBeGreaterThan(1e-4);
    expect(fourth / each).toBeCloseTo(1, 1);
  });

  it("goes on after its state was kept as if it had never stopped", async () => {
    const data = Array.from({ length: 6 }, pointsAround(new Generator(12)));
    // Six steps an epoch: the penalty's third turn is in the second.
    const make = (epochs: number): { trainer: Trainer<Tensor>; model: Module } => {
      const { step, model, generator } = game(7, games["lazy R1"]);
      return { model, trainer: new Trainer(step, { data, epochs, generators: [generator] }) };
    };
    const [whole, first, second] = [make(3), make(1), make(3)];
    await whole.trainer.fit();
    await first.trainer.fit();
    second.trainer.loadStateDict(first.trainer.stateDict());
    await second.trainer.fit();
    const numbers = (model: Module): Promise<unknown[]> =>
      Promise.all(model.parameters().map((x) => x.toArray()));
    expect(await numbers(second.model)).toEqual(await numbers(whole.model));
    expect(await numbers(second.model)).not.toEqual(await numbers(first.model));
  });

  it("tells what is missing", () => {
    const { model, discriminator, optimizers } = game(1);
    const half = { optimizers: { generator: optimizers.generator } } as never;
    expect(() => adversarialStep(model, discriminator, half)).toThrow(
      "each player needs an optimizer: received none for the discriminator",
    );
    expect(() => adversarialStep(discriminator, discriminator, { optimizers })).toThrow(
      "the model has no latent to draw",
    );
    expect(() =>
      adversarialStep(model, discriminator, {
        optimizers,
        lazyPenalties: [{ penalty: r1Penalty(), every: 0.5 }],
      }),
    ).toThrow("every");
  });
});
