import { cpu } from "@dl/backend-cpu";
import { webgpu, type WebgpuBackend } from "@dl/backend-webgpu";
import type { Backend } from "@dl/backend";
import { Conv2d, MaxPool2d } from "@dl/conv";
import { crossEntropy, Flatten, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, settings, tensor } from "@dl/tensor";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordPrograms, recordText, type StepRecord } from "./record-programs.ts";

const published = join(import.meta.dirname, "../../../../docs/webgpu-step.md");

const cases = [
  {
    name: "mlp",
    layers: "784-256-128-10",
    batch: 128,
    mostDispatches: 24,
    make: (generator: Generator): Sequential =>
      new Sequential(
        new Flatten(),
        new Linear(784, 256, { generator }),
        new ReLU(),
        new Linear(256, 128, { generator }),
        new ReLU(),
        new Linear(128, 10, { generator }),
      ),
  },
  {
    name: "cnn",
    layers: "1-16-32 channels of 5x5 and max-pool, 1568-128-10",
    batch: 64,
    mostDispatches: 48,
    make: (generator: Generator): Sequential =>
      new Sequential(
        new Conv2d(1, 16, 5, { padding: 2, generator }),
        new ReLU(),
        new MaxPool2d(2),
        new Conv2d(16, 32, 5, { padding: 2, generator }),
        new ReLU(),
        new MaxPool2d(2),
        new Flatten(),
        new Linear(1568, 128, { generator }),
        new ReLU(),
        new Linear(128, 10, { generator }),
      ),
  },
] as const;

let gpu: WebgpuBackend;
const before = settings().backend;
beforeAll(async () => {
  gpu = await webgpu();
});
afterAll(async () => {
  configure({ backend: before });
  await gpu.dispose();
});

const steps = 3;
const table: string[] = [];

/** Losses of Adam's first steps; `aroundStep` runs each of them. */
async function losses(
  backend: Backend,
  { make, batch }: (typeof cases)[number],
  aroundStep = async (step: () => Promise<void>): Promise<void> => step(),
): Promise<number[]> {
  configure({ backend });
  const images = Float32Array.from({ length: batch * 784 }, (_, i) => ((i * 7919) % 1000) / 1000);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  const model = make(new Generator(1));
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const results: number[] = [];
  for (let step = 0; step < steps; step++)
    await aroundStep(async () => {
      const loss = crossEntropy(
        model.forward(tensor(images, { shape: [batch, 1, 28, 28] })),
        tensor(labels, { shape: [batch] }),
      );
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      results.push(await loss.item());
    });
  return results;
}

test.each(cases)(
  "a step of $name takes at most $mostDispatches dispatches and 2 submissions, and learns as on the cpu",
  { timeout: 480_000 },
  async (which) => {
    const records: StepRecord[] = [];
    const ours = await losses(gpu, which, async (step) => {
      records.push(await recordPrograms(gpu, step));
    });
    const last = records.at(-1)!;
    const { name, layers, batch } = which;
    table.push(
      `## ${name}: ${last.dispatches} dispatches, ${last.submissions} ${last.submissions === 1 ? "submission" : "submissions"}`,
      `${layers}, ReLU, cross-entropy, Adam, batch ${batch}.`,
      `\`\`\`text\n${recordText(last)}\n\`\`\``,
    );
    expect(last.dispatches).toBeLessThanOrEqual(which.mostDispatches);
    expect(last.submissions).toBeLessThanOrEqual(2);
    const theirs = await losses(await cpu({ deterministic: true }), which);
    ours.forEach((loss, i) => expect(loss / theirs[i]!).toBeCloseTo(1, 4));
  },
);

test("the programs are those of the published list", async () => {
  const text = [
    "# What a training step gives the queue on WebGPU",
    "Each line is a program and the dispatches it takes, in order, from the third step on: uploads and reads take none. Written by the test `webgpu-training-step`, which fails when it is no longer so; `npm test -- --project dawn webgpu-training-step -u` writes it anew.",
    ...table,
  ].join("\n\n");
  await expect(`${text}\n`).toMatchFileSnapshot(published);
});
