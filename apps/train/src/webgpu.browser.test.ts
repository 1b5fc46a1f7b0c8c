import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import { configure, Generator, settings } from "@dl/tensor";
import { afterEach, expect, test } from "vitest";
import { drawnDigits } from "./drawn-digits.ts";
import { evaluate } from "./evaluation.ts";
import { models } from "./models.ts";
import { optimizers } from "./optimizers.ts";
import { train, type TrainingProgress } from "./training.ts";

const before = settings().backend;
afterEach(() => configure({ backend: before }));

const seed = 5;
const { signal } = new AbortController();

/** The trainer's parts and its network, as `npm run train` puts them together; 128 small steps. */
async function learn(backend: Backend): Promise<{ accuracy: number; history: TrainingProgress[] }> {
  configure({ backend });
  const history: TrainingProgress[] = [];
  const digits = drawnDigits(512, seed);
  const model = models.cnn(new Generator(seed));
  const optimizer = optimizers.adam(model.parameters(), 0.003);
  await train(model, optimizer, digits.train, {
    epochs: 2,
    batchSize: 8,
    seed,
    signal,
    onProgress: (progress) => history.push(progress),
  });
  const { accuracy } = (await evaluate(model, digits.test, signal))!;
  await backend.dispose();
  return { accuracy, history };
}

test(
  "in a page WebGPU learns digits as well as the CPU, within a point",
  { timeout: 300_000 },
  async () => {
    const ours = await learn(await webgpu());
    const theirs = await learn(await cpu());
    expect(theirs.accuracy).toBeGreaterThan(0.75);
    expect(Math.abs(ours.accuracy - theirs.accuracy)).toBeLessThanOrEqual(0.01);
    expect(ours.history[0]!.loss / theirs.history[0]!.loss).toBeCloseTo(1, 4);
    expect(ours.history.at(-1)).toMatchObject({ seen: 1024, total: 1024, epoch: 2 });
  },
);
