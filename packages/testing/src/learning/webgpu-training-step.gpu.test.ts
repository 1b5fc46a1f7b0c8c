import { cpu } from "@dl/backend-cpu";
import { webgpu, type WebgpuBackend } from "@dl/backend-webgpu";
import type { Backend } from "@dl/backend";
import { Conv2d, MaxPool2d } from "@dl/conv";
import { crossEntropy, Flatten, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, settings, tensor } from "@dl/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

const batch = 8;
const images = Float32Array.from({ length: batch * 784 }, (_, i) => ((i * 7919) % 1000) / 1000);
const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);

const models = {
  mlp: (generator: Generator): Sequential =>
    new Sequential(
      new Flatten(),
      new Linear(784, 64, { generator }),
      new ReLU(),
      new Linear(64, 32, { generator }),
      new ReLU(),
      new Linear(32, 10, { generator }),
    ),
  cnn: (generator: Generator): Sequential =>
    new Sequential(
      new Conv2d(1, 4, 5, { padding: 2, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(4, 8, 5, { padding: 2, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(392, 32, { generator }),
      new ReLU(),
      new Linear(32, 10, { generator }),
    ),
};

let gpu: WebgpuBackend;
const before = settings().backend;
beforeAll(async () => {
  gpu = await webgpu();
});
afterAll(async () => {
  configure({ backend: before });
  await gpu.dispose();
});

/** Losses of four Adam steps; `onStep` is called after each. */
async function losses(
  backend: Backend,
  name: keyof typeof models,
  onStep = (): void => {},
): Promise<number[]> {
  configure({ backend });
  const model = models[name](new Generator(1));
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-2 });
  const results: number[] = [];
  for (let step = 0; step < 4; step++) {
    const loss = crossEntropy(
      model.forward(tensor(images, { shape: [batch, 1, 28, 28] })),
      tensor(labels, { shape: [batch] }),
    );
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    results.push(await loss.item());
    onStep();
  }
  return results;
}

test.each([
  { name: "mlp", dispatches: 26 },
  { name: "cnn", dispatches: 48 },
] as const)(
  "a step of $name takes at most $dispatches dispatches and 2 submissions, and learns as on the cpu",
  { timeout: 240_000 },
  async ({ name, dispatches }) => {
    const counts: { dispatches: number; submissions: number }[] = [gpu.counters()];
    const ours = await losses(gpu, name, () => counts.push(gpu.counters()));
    const [earlier, last] = counts.slice(-2) as [(typeof counts)[0], (typeof counts)[0]];
    expect(last.dispatches - earlier.dispatches).toBeLessThanOrEqual(dispatches);
    expect(last.submissions - earlier.submissions).toBeLessThanOrEqual(2);
    const theirs = await losses(await cpu({ deterministic: true }), name);
    ours.forEach((loss, i) => expect(loss / theirs[i]!).toBeCloseTo(1, 4));
  },
);
