import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import { Independent, Normal } from "@dl/distributions";
import { LatentGenerator } from "@dl/generator";
import { Adam } from "@dl/optim";
import { configure, Generator, integers, normal, zeros } from "@dl/tensor";
import { fit, ModelAverage } from "@dl/training";
import { afterAll, expect, it } from "vitest";
import {
  AdaptiveAugmentation,
  adversarialStep,
  classConditional,
  ClassGenerator,
  dcganDiscriminator,
  dcganGenerator,
  gradientPenalty,
  hinge,
  ProjectionDiscriminator,
  r1Penalty,
  SnganFeatures,
  SnganGenerator,
  wasserstein,
  type LabelledBatch,
} from "./index.ts";

const backends: Backend[] = [];
afterAll(async () => {
  for (const backend of backends) await backend.dispose();
});

const latent = (): Independent => new Independent(new Normal(zeros([4]), 1), 1);
const sizes = { size: 28, width: 2 } as const;

/** Two networks, and the options of their game. */
const games = {
  "DCGAN, penalties, adaptive augmentation": (generator: Generator) => {
    const model = new LatentGenerator(dcganGenerator({ ...sizes, latent: 4, generator }), latent());
    const judge = dcganDiscriminator({ ...sizes, normalization: "none", generator });
    const adaptive = new AdaptiveAugmentation({ pictures: 12, target: 0, generator });
    adaptive.probability.assign(adaptive.probability.add(0.5));
    const options = {
      loss: wasserstein,
      penalties: [gradientPenalty({ generator })],
      lazyPenalties: [{ penalty: r1Penalty({ weight: 1 }), every: 2 }],
      augment: adaptive.forward.bind(adaptive),
      afterDiscriminator: ({ real }: { real: Parameters<typeof adaptive.advance>[0] }) =>
        adaptive.advance(real),
      modules: { adaptive },
    };
    return { model, judge, options };
  },
  "SNGAN, told the class": (generator: Generator) => {
    const network = new SnganGenerator({ ...sizes, latent: 4, classes: 3, generator });
    const model = new ClassGenerator(network, latent(), 3);
    const features = new SnganFeatures({ ...sizes, generator });
    const judge = new ProjectionDiscriminator(features, 2, 3, { generator });
    return {
      model,
      judge,
      options: { loss: hinge, ...classConditional(model, judge, { generator }) },
    };
  },
};

/** Losses of three steps, and what the average then makes. */
async function figuresOn(backend: Backend, name: keyof typeof games): Promise<number[]> {
  backends.push(backend);
  configure({ backend });
  const generator = new Generator(1);
  const { model, judge, options } = games[name](generator);
  const data = Array.from({ length: 3 }, (): LabelledBatch => ({
    inputs: normal([6, 1, 28, 28], { generator }),
    targets: integers(0, 3, [6], { generator }),
  }));
  const adam = { learningRate: 1e-3, beta1: 0.5, beta2: 0.99 };
  const step = adversarialStep<LabelledBatch>(model, judge, {
    optimizers: {
      generator: new Adam(model.parameters(), adam),
      discriminator: new Adam(judge.parameters(), adam),
    },
    generator,
    ...options,
  });
  const averages = new ModelAverage(model, { decay: 0.5 });
  const figures: number[] = [];
  for (const batch of data) {
    const [report] = await fit(step, { data: [batch], epochs: 1, averages });
    figures.push(...Object.values(report!.training as Record<string, number>));
  }
  expect(step.parts!.map(({ refusal }) => refusal)).toEqual(step.parts!.map(() => undefined));
  const made = (averages.model as LatentGenerator).sample(4, { generator: new Generator(2) });
  return [...figures, await made.mean().item(), await made.square().mean().item()];
}

it.each(Object.keys(games) as (keyof typeof games)[])(
  "three steps have the figures of the cpu: %s",
  async (name) => {
    const expected = await figuresOn(await cpu(), name);
    const received = await figuresOn(await webgpu(), name);
    expect(received).toHaveLength(expected.length);
    received.forEach((figure, i) =>
      expect(Math.abs(figure - expected[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(expected[i]!))),
    );
  },
);
