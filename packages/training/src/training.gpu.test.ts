import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import type { Backend } from "@dl/backend";
import { Adam } from "@dl/optim";
import { configure, Generator, manualSeed, normal } from "@dl/tensor";
import { afterAll, expect, it } from "vitest";
import { crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
import {
  Accuracy,
  ConfusionMatrix,
  deadUnits,
  evaluate,
  fit,
  histograms,
  nanStop,
  updateRatios,
  type DeadUnits,
} from "./index.ts";

const backends: Backend[] = [];
afterAll(async () => {
  for (const backend of backends) await backend.dispose();
});

/** A training with everything that computes on the device. */
async function figuresOn(backend: Backend): Promise<{ exact: unknown; near: number[] }> {
  backends.push(backend);
  configure({ backend });
  manualSeed(1);
  const generator = new Generator(1);
  const model = new Sequential(
    new Linear(4, 16, { generator }),
    new ReLU(),
    new Linear(16, 3, { generator }),
  );
  const data = Array.from({ length: 4 }, () => {
    const inputs = normal([10, 4], { generator });
    return { inputs, targets: inputs.narrow(1, 0, 3).argmax(1) };
  });
  let dead: DeadUnits | undefined;
  const ratios: number[] = [];
  const history = await fit(model, {
    loss: crossEntropy,
    optimizer: new Adam(model.parameters(), { learningRate: 0.02 }),
    data,
    epochs: 3,
    metrics: { accuracy: new Accuracy({ k: 2 }) },
    callbacks: [
      nanStop(),
      deadUnits((report) => (dead = report.get("0")), { window: 1 }),
      updateRatios((found) => ratios.push(found.get("0.weight")!), { every: 6 }),
    ],
  });
  const metrics = { confusion: new ConfusionMatrix(3) };
  const { loss, confusion } = await evaluate(model, { loss: crossEntropy, data, metrics });
  const weights = (await histograms(model.namedParameters(), { bins: 4 })).get("0.weight")!;
  return {
    exact: [confusion, dead, history.map(({ training }) => training.accuracy), weights.counts],
    near: [
      loss,
      ...history.map((epoch) => epoch.training.loss),
      ...ratios,
      weights.mean,
      weights.variance,
    ],
  };
}

it("trains and looks inside with the figures of the cpu", async () => {
  const expected = await figuresOn(await cpu());
  const received = await figuresOn(await webgpu());
  expect(received.exact).toEqual(expected.exact);
  received.near.forEach((figure, i) => expect(figure).toBeCloseTo(expected.near[i]!, 4));
});
