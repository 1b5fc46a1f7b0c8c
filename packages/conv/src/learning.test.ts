import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  Flatten,
  LeakyReLU,
  Linear,
  ReLU,
  Sequential,
  Unflatten,
} from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, integers, normal, ones, zeros } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d } from "./index.ts";

describe.each([
  ["reference", async () => reference()],
  ["cpu", async () => cpu()],
] as [string, () => Promise<Backend>][])("on %s", (_name, create) => {
  beforeAll(async () => {
    configure({ backend: await create() });
  });

  it("a small CNN overfits 16 images with random labels", async () => {
    const generator = new Generator(1);
    const images = normal([16, 1, 8, 8], { generator });
    const labels = integers(0, 3, [16], { generator });
    const model = new Sequential(
      new Conv2d(1, 8, 3, { padding: 1, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(8, 8, 3, { padding: "same", generator }),
      new ReLU(),
      new AvgPool2d(2),
      new Flatten(),
      new Linear(32, 3, { generator }),
    );
    const optimizer = new Adam(model.parameters(), { learningRate: 2e-2 });
    let last = Infinity;
    for (let step = 0; step < 40; step++) {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.forward(images), labels);
      loss.backward();
      optimizer.step();
      last = await loss.item();
    }
    expect(last).toBeLessThan(0.05);
  });

  it("gradients flow through a generator into a discriminator and back", async () => {
    const generator = new Generator(2);
    const generate = new Sequential(
      new Linear(4, 16, { generator }),
      new Unflatten(1, [4, 2, 2]),
      new ConvTranspose2d(4, 1, 4, { stride: 2, padding: 1, generator }),
    );
    const discriminate = new Sequential(
      new Conv2d(1, 4, 4, { stride: 2, padding: 1, generator }),
      new LeakyReLU(0.2),
      new Flatten(),
      new Linear(16, 1, { generator }),
    );
    const fakes = generate.forward(normal([8, 4], { generator }));
    binaryCrossEntropyWithLogits(discriminate.forward(fakes.detach()), zeros([8, 1])).backward();
    expect(generate.parameters().every(({ grad }) => grad === null)).toBe(true);
    discriminate.requireGrad(false);
    binaryCrossEntropyWithLogits(discriminate.forward(fakes), ones([8, 1])).backward();
    expect(discriminate.parameters().every(({ grad }) => grad === null)).toBe(true);
    for (const { grad } of generate.parameters())
      expect(await grad!.abs().sum().item()).toBeGreaterThan(0);
  });
});
