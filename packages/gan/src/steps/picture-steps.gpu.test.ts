import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import type { Module } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, normal, type Tensor } from "@dl/tensor";
import { afterAll, expect, it } from "vitest";
import { ImagePool } from "../image-pool.ts";
import { patchDiscriminator } from "../networks/patch-discriminator.ts";
import { resnetGenerator } from "../networks/resnet-generator.ts";
import { unetGenerator } from "../networks/unet-generator.ts";
import { cycleStep } from "./cycle-step.ts";
import { pairStep } from "./pair-step.ts";

const backends: Backend[] = [];
afterAll(async () => {
  for (const backend of backends) await backend.dispose();
});

const shape = [2, 3, 16, 16];
const adam = (...networks: readonly Module[]): Adam =>
  new Adam(
    networks.flatMap((network) => network.parameters()),
    { learningRate: 2e-3, beta1: 0.5 },
  );

const steps = {
  /** With dropout, whose masks are the same bits everywhere. */
  pair(generator: Generator) {
    const model = unetGenerator({ width: 4, depth: 4, noiseChannels: 1, generator });
    const discriminator = patchDiscriminator({ inChannels: 6, width: 4, layers: 1, generator });
    const optimizers = { generator: adam(model), discriminator: adam(discriminator) };
    const { step } = pairStep(model, discriminator, { optimizers });
    return (inputs: Tensor, targets: Tensor) => step({ inputs, targets });
  },
  cycle(generator: Generator) {
    const translator = () => resnetGenerator({ width: 4, blocks: 1, halvings: 1, generator });
    const judge = () => patchDiscriminator({ width: 4, layers: 1, generator });
    const pool = () => new ImagePool(2, shape.slice(1), { generator, swapped: 1 });
    const generators = { aToB: translator(), bToA: translator() };
    const discriminators = { a: judge(), b: judge() };
    const { step } = cycleStep(generators, discriminators, {
      optimizers: {
        generator: adam(generators.aToB, generators.bToA),
        discriminator: adam(discriminators.a, discriminators.b),
      },
      identityWeight: 5,
      pools: { a: pool(), b: pool() },
    });
    return (a: Tensor, b: Tensor) => step({ a, b });
  },
};

/** What three steps tell. */
async function toldOn(backend: Backend, name: keyof typeof steps): Promise<number[]> {
  backends.push(backend);
  configure({ backend });
  const generator = new Generator(1);
  const step = steps[name](generator);
  const told: number[] = [];
  for (let i = 0; i < 3; i++) {
    const [first, second] = [normal(shape, { generator }), normal(shape, { generator })];
    for (const scalar of Object.values(await step(first, second.tanh())))
      told.push(await scalar!.item());
  }
  return told;
}

it.each(["pair", "cycle"] as const)("three %s steps tell what they do on the cpu", async (name) => {
  const expected = await toldOn(await cpu(), name);
  const received = await toldOn(await webgpu(), name);
  expect(received).toHaveLength(expected.length);
  expect(expected.length).toBe(name === "pair" ? 15 : 12);
  received.forEach((value, i) => expect(value / expected[i]!).toBeCloseTo(1, 3));
});
