import { webgpu, type WebgpuBackend } from "@dl/backend-webgpu";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam } from "@dl/optim";
import { compile, configure, Generator, normal, settings, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

let gpu: WebgpuBackend;
const before = settings().backend;
beforeAll(async () => {
  gpu = await webgpu();
  configure({ backend: gpu });
});
afterAll(async () => {
  configure({ backend: before });
  await gpu.dispose();
});

type Step = (inputs: Tensor) => Tensor;

/** Losses of eight steps, and what the last of them gave the queue. */
async function train(wrap: (step: Step) => Step): Promise<unknown> {
  const generator = new Generator(1);
  const model = new Sequential(
    new Linear(4, 8, { generator }),
    new Tanh(),
    new Linear(8, 1, { generator }),
  );
  const optimizer = new Adam(model.parameters());
  const step = wrap((inputs) => {
    optimizer.zeroGrad();
    const noisy = inputs.add(normal([16, 4], { generator }));
    const loss = model.forward(noisy).square().mean();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const inputs = normal([16, 4], { generator });
  const losses: number[] = [];
  let last = gpu.counters();
  for (let i = 0; i < 8; i++) {
    last = gpu.counters();
    losses.push(await step(inputs).item());
  }
  const { dispatches, submissions } = gpu.counters();
  return {
    losses,
    dispatches: dispatches - last.dispatches,
    submissions: submissions - last.submissions,
  };
}

test("a compiled step gives the queue what it gives without it, to the bit", async () => {
  expect(await train(compile)).toEqual(await train((step) => step));
});
