import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import type { Backend } from "@dl/backend";
import { Adam, SGD } from "@dl/optim";
import { configure, Generator, integers, manualSeed, normal, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  crossEntropy,
  Dropout,
  Linear,
  meanSquaredError,
  ReLU,
  Sequential,
  Tanh,
} from "./index.ts";

describe.each([
  ["reference", async () => reference()],
  ["cpu", async () => cpu()],
] as [string, () => Promise<Backend>][])("on %s", (_name, create) => {
  beforeAll(async () => {
    configure({ backend: await create() });
  });

  it("an MLP overfits 32 samples with random labels", async () => {
    const generator = new Generator(1);
    const inputs = normal([32, 20], { generator });
    const targets = integers(0, 4, [32], { generator });
    const model = new Sequential(
      new Linear(20, 64, { generator }),
      new ReLU(),
      new Linear(64, 4, { generator }),
    );
    const optimizer = new Adam(model.parameters(), { learningRate: 1e-2 });
    const loss = (): Tensor => crossEntropy(model.forward(inputs), targets);
    expect(await loss().item()).toBeGreaterThan(1);
    for (let step = 0; step < 60; step++) {
      optimizer.zeroGrad();
      loss().backward();
      optimizer.step();
    }
    expect(await loss().item()).toBeLessThan(0.02);
    expect(await model.forward(inputs).argmax(1).equal(targets).all().item()).toBe(1);
  });

  it("a small network learns sin x by gradient descent with momentum", async () => {
    const generator = new Generator(2);
    const model = new Sequential(
      new Linear(1, 16, { generator }),
      new Tanh(),
      new Linear(16, 1, { generator }),
    );
    const optimizer = new SGD(model.parameters(), { learningRate: 0.05, momentum: 0.9 });
    let loss = Infinity;
    for (let step = 0; step < 150; step++) {
      const inputs = normal([32, 1], { generator });
      optimizer.zeroGrad();
      const error = meanSquaredError(model.forward(inputs), inputs.sin());
      error.backward();
      optimizer.step();
      loss = await error.item();
    }
    expect(loss).toBeLessThan(0.01);
  });

  it("the same seed gives the same network after training with dropout", async () => {
    const train = async (): Promise<ArrayLike<number>> => {
      manualSeed(9);
      const model = new Sequential(new Linear(4, 8), new Dropout(0.5), new Linear(8, 1));
      const optimizer = new Adam(model.parameters());
      for (let step = 0; step < 5; step++) {
        optimizer.zeroGrad();
        model
          .forward(normal([16, 4]))
          .square()
          .mean()
          .backward();
        optimizer.step();
      }
      return model.parameters()[0]!.data();
    };
    expect(await train()).toEqual(await train());
  });
});
