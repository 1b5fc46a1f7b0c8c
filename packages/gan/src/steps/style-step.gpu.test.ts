import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import { Adam } from "@dl/optim";
import { configure, Generator, uniform } from "@dl/tensor";
import { afterAll, expect, it } from "vitest";
import { r1Penalty } from "../penalties/zero-centered.ts";
import { lazyRates } from "../style/lazy-rates.ts";
import { StyleDiscriminator } from "../style/style-discriminator.ts";
import { StyleGenerator } from "../style/style-generator.ts";
import { styleStep } from "./style-step.ts";

const backends: Backend[] = [];
afterAll(async () => {
  for (const backend of backends) await backend.dispose();
});

/** Losses of three steps in which every penalty has its turn. */
async function figuresOn(backend: Backend): Promise<number[]> {
  backends.push(backend);
  configure({ backend });
  const generator = new Generator(4);
  const channels = [6, 4];
  const model = new StyleGenerator({ channels, width: 8, mappingLayers: 2, generator });
  const discriminator = new StyleDiscriminator({ channels, generator });
  const rates = { learningRate: 2e-3, beta1: 0, beta2: 0.99 };
  const step = styleStep(model, discriminator, {
    optimizers: {
      generator: new Adam(model.parameters(), lazyRates(rates, 2)),
      discriminator: new Adam(discriminator.parameters(), lazyRates(rates, 2)),
    },
    lazyPenalties: [{ penalty: r1Penalty(), every: 2 }],
    pathLengthEvery: 2,
    generator,
  });
  const figures: number[] = [];
  for (let i = 0; i < 3; i++) {
    const told = await step.step(uniform([4, 3, 8, 8], { low: -1, generator }));
    for (const scalar of Object.values(told)) figures.push(await scalar!.item());
  }
  return figures;
}

it("three steps with lazy penalties come to the CPU's figures", { timeout: 300_000 }, async () => {
  const [ours, theirs] = [await figuresOn(await webgpu()), await figuresOn(await cpu())];
  expect(ours).toHaveLength(3 * 4 + 2 * 2);
  ours.forEach((figure, i) => {
    const scale = Math.max(1, Math.abs(theirs[i]!));
    expect(Math.abs(figure - theirs[i]!) / scale, `figure ${i}`).toBeLessThan(1e-3);
  });
});
