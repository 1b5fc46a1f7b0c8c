import { cpu } from "@dl/backend-cpu";
import { SGD } from "@dl/optim";
import { configure, Generator, integers, normal } from "@dl/tensor";
import { bench, describe } from "vitest";
import { crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
import { fit, watchDeadUnits, type DeadUnitWatch } from "../index.ts";

configure({ backend: await cpu() });

const generator = new Generator(0);
const model = new Sequential(
  new Linear(784, 128, { generator }),
  new ReLU(),
  new Linear(128, 64, { generator }),
  new ReLU(),
  new Linear(64, 10, { generator }),
);
const batch = {
  inputs: normal([64, 784], { generator }),
  targets: integers(0, 10, [64], { generator }),
};
const optimizer = new SGD(model.parameters(), { learningRate: 0 });
const stepCount = 20;
const epoch = Array.from({ length: stepCount }, () => batch);

async function steps(): Promise<void> {
  for (const { inputs, targets } of epoch) {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(inputs), targets);
    loss.backward();
    optimizer.step();
    await loss.item();
  }
}

/** Batches in the same order as `steps`, through the loop of this package. */
async function throughFit(): Promise<void> {
  await fit(model, { loss: crossEntropy, optimizer, data: epoch, epochs: 1 });
}

let watch: DeadUnitWatch | undefined;
const options = { time: 3000, warmupTime: 1000 };

describe(`${stepCount} steps of an MLP on the cpu`, () => {
  bench("a loop by hand, nothing watched yet", steps, options);
  bench("the same, watched", steps, {
    ...options,
    setup: () => {
      watch = watchDeadUnits(model);
    },
    teardown: () => watch?.stop(),
  });
  bench("the same, no longer watched", steps, options);
  bench("fit", throughFit, options);
});
