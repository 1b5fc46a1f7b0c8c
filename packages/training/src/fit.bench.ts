import { cpu } from "@dl/backend-cpu";
import { crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { compile, configure, Generator, integers, normal, type Tensor } from "@dl/tensor";
import { bench, describe } from "vitest";
import { fit } from "./index.ts";

configure({ backend: await cpu() });

const options = { time: 3000, warmupTime: 1000 };

/** A network, its optimiser and a batch. */
function made(sizes: readonly [number, number, number], batchSize: number) {
  const generator = new Generator(0);
  const [inputSize, hidden, classes] = sizes;
  const model = new Sequential(
    new Linear(inputSize, hidden, { generator }),
    new ReLU(),
    new Linear(hidden, classes, { generator }),
  );
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const inputs = normal([batchSize, inputSize], { generator });
  const targets = integers(0, classes, [batchSize], { generator });
  return { model, optimizer, batch: { inputs, targets } };
}

describe.each([
  ["tiny-mlp", [2, 16, 2], 16, 20_000],
  ["mlp", [784, 128, 10], 64, 300],
] as const)("%s, layers of %o, batches of %i, %i steps", (_name, sizes, batchSize, steps) => {
  const byHand = made(sizes, batchSize);
  bench(
    "a compiled loop by hand",
    async () => {
      // Compiled anew each time, as `fit` does.
      const step = compile((inputs: Tensor, targets: Tensor) => {
        const loss = crossEntropy(byHand.model.forward(inputs), targets);
        byHand.optimizer.zeroGrad();
        loss.backward();
        byHand.optimizer.step();
        return loss;
      });
      for (let i = 0; i < steps; i++) await step(byHand.batch.inputs, byHand.batch.targets).item();
    },
    options,
  );

  const { model, optimizer, batch } = made(sizes, batchSize);
  const data = Array.from({ length: steps }, () => batch);
  bench(
    "fit",
    async () => {
      await fit(model, { loss: crossEntropy, optimizer, data, epochs: 1 });
    },
    options,
  );
});
