import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import { DataLoader } from "@dl/data";
import { crossEntropy } from "@dl/nn";
import { configure, Generator, settings } from "@dl/tensor";
import { Accuracy, evaluate } from "@dl/training";
import { afterEach, expect, test } from "vitest";
import { drawnDigits } from "../pictures/drawn-digits.ts";
import { models } from "./models.ts";
import { optimizers } from "../optimizers.ts";
import { train, type Training } from "./training.ts";

const before = settings().backend;
afterEach(() => configure({ backend: before }));

const seed = 5;
const run = {
  output: { write: () => {} },
  say: () => {},
  paint: (_style: string, text: string) => text,
  isColored: false,
  width: 80,
  signal: new AbortController().signal,
};

/** The trainer's parts and its network, as `npm run train` puts them together; 128 small steps. */
async function learn(backend: Backend): Promise<{ accuracy: number; training: Training }> {
  configure({ backend });
  const digits = drawnDigits(512, seed);
  const model = models.cnn(new Generator(seed));
  const optimizer = optimizers.adam(model.parameters(), 0.003);
  const training = await train(model, optimizer, digits.train, {
    epochs: 2,
    batchSize: 8,
    seed,
    kept: { save: undefined, resume: undefined, every: undefined },
    run,
  });
  const data = new DataLoader(digits.test, { batchSize: 256 });
  const metrics = { accuracy: new Accuracy() };
  const { accuracy } = await evaluate(model, { loss: crossEntropy, data, metrics });
  await backend.dispose();
  return { accuracy, training };
}

test(
  "in a page WebGPU learns digits as well as the CPU, within a point",
  { timeout: 300_000 },
  async () => {
    const ours = await learn(await webgpu());
    const theirs = await learn(await cpu());
    expect(theirs.accuracy).toBeGreaterThan(0.75);
    expect(Math.abs(ours.accuracy - theirs.accuracy)).toBeLessThanOrEqual(0.01);
    expect(ours.training.losses[0]! / theirs.training.losses[0]!).toBeCloseTo(1, 4);
    expect(ours.training.seen).toBe(1024);
    expect(ours.training.losses).toHaveLength(128);
  },
);
