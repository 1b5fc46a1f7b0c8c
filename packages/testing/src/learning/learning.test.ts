import { noGrad } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { Conv2d, MaxPool2d } from "@dl/conv";
import { DataLoader, ProceduralDigits } from "@dl/data";
import { crossEntropy, Flatten, Linear, meanSquaredError, ReLU, Sequential, Tanh } from "@dl/nn";
import { accuracy } from "@dl/training";
import { Adam, SGD } from "@dl/optim";
import { configure, manualSeed, normal } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("learning on cpu", () => {
  it("an MLP learns 32 random samples by heart", async () => {
    manualSeed(1);
    const inputs = normal([32, 8]);
    const targets = normal([32, 1]);
    const model = new Sequential(
      new Linear(8, 64),
      new Tanh(),
      new Linear(64, 64),
      new Tanh(),
      new Linear(64, 1),
    );
    const optimizer = new Adam(model.parameters(), { learningRate: 5e-3 });
    let last = Infinity;
    for (let step = 0; step < 400; step++) {
      optimizer.zeroGrad();
      const loss = meanSquaredError(model.forward(inputs), targets);
      loss.backward();
      optimizer.step();
      last = await loss.item();
    }
    expect(last).toBeLessThan(1e-3);
  });

  it("the same seed gives the same weights, to the bit", async () => {
    const train = async (): Promise<number[]> => {
      manualSeed(7);
      const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 1));
      const optimizer = new SGD(model.parameters(), { learningRate: 0.05, momentum: 0.9 });
      const inputs = normal([16, 4]);
      for (let step = 0; step < 20; step++) {
        optimizer.zeroGrad();
        model.forward(inputs).square().mean().backward();
        optimizer.step();
      }
      return [...(await (model[0] as Linear).weight.data())];
    };
    expect(await train()).toEqual(await train());
  });

  it("a small CNN reads procedural digits", { timeout: 60_000 }, async () => {
    manualSeed(0);
    const model = new Sequential(
      new Conv2d(1, 8, 5, { padding: 2 }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(8, 16, 5, { padding: 2 }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(16 * 7 * 7, 64),
      new ReLU(),
      new Linear(64, 10),
    );
    const optimizer = new Adam(model.parameters(), { learningRate: 3e-3 });
    const digits = new ProceduralDigits({ length: 64 * 150, seed: 0 });
    for (const { inputs, targets } of new DataLoader(digits, { batchSize: 64, shuffle: true })) {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.forward(inputs), targets);
      loss.backward();
      optimizer.step();
      await loss.item();
    }
    model.eval();
    const held = new ProceduralDigits({ length: 500, seed: 0, split: "test" });
    let right = 0;
    for (const { inputs, targets } of new DataLoader(held, { batchSize: 250 }))
      right += 250 * (await noGrad(() => accuracy(model.forward(inputs), targets)).item());
    expect(right / 500).toBeGreaterThan(0.9);
  });
});
