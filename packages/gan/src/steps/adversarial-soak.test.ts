import { cpu } from "@dl/backend-cpu";
import { Independent, Normal } from "@dl/distributions";
import { LatentGenerator } from "@dl/generator";
import { BatchNorm, LeakyReLU, Linear, Sequential, SpectralNorm } from "@dl/nn";
import { Adam } from "@dl/optim";
import {
  collectGarbage,
  configure,
  Generator,
  memory,
  normal,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { fit, ModelAverage } from "@dl/training";
import { expect, it } from "vitest";
import { gradientPenalty } from "../penalties/gradient-penalty.ts";
import { r1Penalty } from "../penalties/zero-centered.ts";
import { InstanceNoise } from "../stabilizers/instance-noise.ts";
import { adversarialStep } from "./adversarial-step.ts";

it("keeps live tensors and bytes flat over 2,000 steps", { timeout: 120_000 }, async () => {
  configure({ backend: await cpu() });
  const generator = new Generator(1);
  const linear = (from: number, to: number): Linear => new Linear(from, to, { generator });
  const network = new Sequential(linear(2, 8), new BatchNorm(8), new LeakyReLU(0.2), linear(8, 2));
  const model = new LatentGenerator(network, new Independent(new Normal(zeros([2]), 1), 1));
  const hidden = new SpectralNorm(linear(2, 8), { generator });
  const discriminator = new Sequential(hidden, new LeakyReLU(0.2), linear(8, 1));
  const noise = new InstanceNoise({ steps: 1500, generator });
  const step = adversarialStep<Tensor>(model, discriminator, {
    optimizers: {
      generator: new Adam(model.parameters(), { learningRate: 1e-4 }),
      discriminator: new Adam(discriminator.parameters(), { learningRate: 1e-4 }),
    },
    penalties: [gradientPenalty({ generator })],
    lazyPenalties: [{ penalty: r1Penalty(), every: 16 }],
    discriminatorSteps: 2,
    augment: (x) => noise.forward(x),
    afterDiscriminator: () => noise.advance(),
    modules: { noise },
    generator,
  });
  const batch = normal([16, 2], { generator });
  const seen: number[][] = [];
  await fit(step, {
    data: Array.from({ length: 400 }, () => batch),
    epochs: 5,
    averages: new ModelAverage(model),
    callbacks: [
      {
        async onEpoch() {
          await collectGarbage();
          const { tensors, bytes } = memory();
          seen.push([tensors, bytes]);
        },
      },
    ],
  });
  const [first, last] = [seen[1]!, seen.at(-1)!];
  expect(last[0]! - first[0]!).toBeLessThanOrEqual(20);
  expect(last[1]! - first[1]!).toBeLessThanOrEqual(64 * 1024);
});
