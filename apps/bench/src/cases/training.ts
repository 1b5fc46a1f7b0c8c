import { Conv2d, MaxPool2d } from "@dl/conv";
import {
  crossEntropy,
  Flatten,
  Linear,
  meanSquaredError,
  ReLU,
  Sequential,
  Tanh,
  type Parameter,
} from "@dl/nn";
import { Adam, SGD } from "@dl/optim";
import { compile, Generator, integers, normal, uniform, type Tensor } from "@dl/tensor";
import type { BenchCase, Setting, Values, Work } from "./bench-case.ts";

const seed = 1;

interface Stepper {
  zeroGrad(): void;
  step(): void;
}

/** Forward, backward, update, and reading the loss; the gradients are what is checked. */
export function trainingWork(
  lossOf: () => Tensor,
  optimizer: Stepper,
  parameters: readonly Parameter[],
  data: readonly Tensor[],
): Work {
  let last = NaN;
  const update = compile(() => {
    const loss = lossOf();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  return {
    step: async () => (last = await update().item()),
    results: async () => [[last], ...(await gradientValues(parameters))],
    given: [...parameters, ...data],
  };
}

export async function gradientValues(parameters: readonly Parameter[]): Promise<Values[]> {
  return Promise.all(parameters.flatMap(({ grad }) => (grad === null ? [] : [grad.data()])));
}

const tinyMlp: BenchCase = {
  id: "tiny-mlp",
  group: "training",
  definition: "2-16-16-1, tanh, mean squared error, SGD(0.01, momentum 0.9), batch 32",
  kind: "tiny-mlp",
  params: { batch: 32 },
  samples: 32,
  learns: true,
  build(setting, { batch }) {
    const options = { ...setting, generator: new Generator(seed) };
    const model = new Sequential(
      new Linear(2, 16, options),
      new Tanh(),
      new Linear(16, 16, options),
      new Tanh(),
      new Linear(16, 1, options),
    );
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 });
    const inputs = normal([batch!, 2], options);
    const targets = normal([batch!, 1], options);
    return trainingWork(
      () => meanSquaredError(model.forward(inputs), targets),
      optimizer,
      model.parameters(),
      [inputs, targets],
    );
  },
};

const mlp: BenchCase = {
  id: "mlp",
  group: "training",
  definition: "784-256-128-10, ReLU, cross-entropy, Adam(1e-3), batch 128",
  kind: "mlp",
  params: { batch: 128 },
  samples: 128,
  learns: true,
  flops: 6 * 128 * (784 * 256 + 256 * 128 + 128 * 10),
  checkParams: { batch: 16 },
  build(setting, { batch }) {
    const options = { ...setting, generator: new Generator(seed) };
    const model = new Sequential(
      new Linear(784, 256, options),
      new ReLU(),
      new Linear(256, 128, options),
      new ReLU(),
      new Linear(128, 10, options),
    );
    return classifierWork(model, uniform([batch!, 784], options), options);
  },
};

/** Two convolutions and two linear layers for images [1, 28, 28]. */
export function smallCnn(options: Setting & { readonly generator: Generator }): Sequential {
  return new Sequential(
    new Conv2d(1, 16, 5, { padding: 2, ...options }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 5, { padding: 2, ...options }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(1568, 128, options),
    new ReLU(),
    new Linear(128, 10, options),
  );
}

const cnn: BenchCase = {
  id: "cnn",
  group: "training",
  definition:
    "twice (convolution 5x5 padding 2 to 16, 32 channels, ReLU, max-pool 2), 1568-128-10, ReLU, cross-entropy, Adam(1e-3), batch 64 of 28x28",
  kind: "cnn",
  params: { batch: 64 },
  samples: 64,
  learns: true,
  flops: 6 * 64 * (784 * 16 * 25 + 196 * 32 * 400 + 1568 * 128 + 128 * 10),
  checkParams: { batch: 4 },
  build(setting, { batch }) {
    const options = { ...setting, generator: new Generator(seed) };
    const model = smallCnn(options);
    return classifierWork(model, uniform([batch!, 1, 28, 28], options), options);
  },
};

export const trainingCases: readonly BenchCase[] = [mlp, tinyMlp, cnn];

function classifierWork(
  model: Sequential,
  inputs: Tensor,
  { backend, generator }: Setting & { readonly generator: Generator },
): Work {
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const targets = integers(0, 10, [inputs.shape[0]!], { generator, backend });
  return trainingWork(
    () => crossEntropy(model.forward(inputs), targets),
    optimizer,
    model.parameters(),
    [inputs, targets],
  );
}
