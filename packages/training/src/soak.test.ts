import { cpu } from "@dl/backend-cpu";
import { SGD } from "@dl/optim";
import { collectGarbage, configure, Generator, integers, memory, normal } from "@dl/tensor";
import { expect, it } from "vitest";
import { crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
import { Accuracy, fit, nanStop } from "./index.ts";

it("fit keeps live tensors and bytes flat over 1,500 steps", { timeout: 120_000 }, async () => {
  configure({ backend: await cpu() });
  const generator = new Generator(1);
  const model = new Sequential(
    new Linear(8, 16, { generator }),
    new ReLU(),
    new Linear(16, 4, { generator }),
  );
  const inputs = normal([32, 8], { generator });
  const batch = { inputs, targets: integers(0, 4, [32], { generator }) };
  const seen: number[][] = [];
  await fit(model, {
    loss: crossEntropy,
    optimizer: new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 }),
    data: Array.from({ length: 250 }, () => batch),
    validation: [batch],
    epochs: 6,
    metrics: { accuracy: new Accuracy() },
    callbacks: [
      nanStop({ every: 50 }),
      {
        async onEpoch() {
          await collectGarbage();
          const { tensors, bytes } = memory();
          seen.push([tensors, bytes]);
        },
      },
    ],
  });
  const [first, last] = [seen[1]!, seen.at(-1)!];
  expect(last[0]! - first[0]!).toBeLessThanOrEqual(20);
  expect(last[1]! - first[1]!).toBeLessThanOrEqual(64 * 1024);
});
