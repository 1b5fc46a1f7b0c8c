import { cpu } from "@dl/backend-cpu";
import { Conv2d, ConvTranspose2d, MaxPool2d } from "@dl/conv";
import {
  BatchNorm,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  Flatten,
  LeakyReLU,
  Linear,
  ReLU,
  Sequential,
  Tanh,
  Unflatten,
} from "@dl/nn";
import { Adam } from "@dl/optim";
import {
  collectGarbage,
  compile,
  configure,
  Generator,
  integers,
  memory,
  normal,
  ones,
  settings,
  tensor,
  uniform,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { afterAll, beforeAll, expect, it } from "vitest";

const before = settings().backend;
let peak = 0;
beforeAll(async () => {
  const backend = await cpu();
  const dispatch = backend.dispatch.bind(backend);
  backend.dispatch = (...work) => {
    dispatch(...work);
    peak = Math.max(peak, memory().bytes);
  };
  configure({ backend });
});
afterAll(() => void configure({ backend: before }));

/** 50 steps along the sign of the gradient. Source: Madry et al. 2018, arXiv:1706.06083, section 2.1. */
function attack(model: Sequential, inputs: Tensor, targets: Tensor): Tensor {
  let moved = inputs;
  for (let i = 0; i < 50; i++) {
    const here = moved.detach().requireGrad();
    crossEntropy(model.forward(here), targets).backward();
    moved = here.detach().add(here.grad!.sign().mul(0.01)).clamp(0, 1);
  }
  return moved;
}

/** The most bytes above those of before that each call had, and what is left afterwards. */
async function peaksOf(
  step: (x: Tensor, targets: Tensor) => Tensor,
  calls: number,
): Promise<number[]> {
  const generator = new Generator(1);
  const inputs = uniform([4, 1, 12, 12], { generator });
  const targets = tensor([0, 1, 2, 3], { dtype: "int32" });
  const peaks: number[] = [];
  for (let i = 0; i < calls; i++) {
    await collectGarbage();
    const start = memory().bytes;
    peak = 0;
    await step(inputs, targets).data();
    peaks.push(peak - start);
  }
  return peaks;
}

it("an attack of 50 iterations in one compiled step takes no more memory than without", async () => {
  const generator = new Generator(1);
  const model = new Sequential(
    new Conv2d(1, 8, 3, { padding: 1, generator }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 8, 3, { padding: 1, generator }),
    new ReLU(),
    new Flatten(),
    new Linear(288, 4, { generator }),
  ).requireGrad(false);
  const plain = await peaksOf((x, targets) => attack(model, x, targets), 4);
  const step = compile((x: Tensor, targets: Tensor) => attack(model, x, targets));
  const compiled = await peaksOf(step, 12);
  expect(step.report.replays).toBeGreaterThan(0);
  expect(Math.max(...compiled)).toBeLessThanOrEqual(1.1 * Math.max(...plain));
  // What is dead makes room: a replay lives on what one iteration needs.
  expect(Math.max(...compiled.slice(6, 7))).toBeLessThan(0.1 * Math.max(...plain));
});

/** Makes a training step, and what it is given each time. */
type Build = () => readonly [step: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]];

const builds: Readonly<Record<string, Build>> = {
  cnn() {
    const generator = new Generator(1);
    const model = new Sequential(
      new Conv2d(1, 16, 5, { padding: 2, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(16, 32, 5, { padding: 2, generator }),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(1568, 128, { generator }),
      new ReLU(),
      new Linear(128, 10, { generator }),
    );
    const optimizer = new Adam(model.parameters());
    const step = (images: Tensor, labels: Tensor): Tensor => {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.forward(images), labels);
      loss.backward();
      optimizer.step();
      return loss;
    };
    const images = uniform([64, 1, 28, 28], { generator });
    return [step, [images, integers(0, 10, [64], { generator })]];
  },
  dcgan() {
    const random = new Generator(1);
    const halves = { stride: 2, padding: 1, generator: random };
    const generator = new Sequential(
      new Linear(64, 3136, { generator: random }),
      new Unflatten(1, [64, 7, 7]),
      new BatchNorm(64),
      new ReLU(),
      new ConvTranspose2d(64, 32, 4, halves),
      new BatchNorm(32),
      new ReLU(),
      new ConvTranspose2d(32, 1, 4, halves),
      new Tanh(),
    );
    const discriminator = new Sequential(
      new Conv2d(1, 32, 4, halves),
      new LeakyReLU(0.2),
      new Conv2d(32, 64, 4, halves),
      new BatchNorm(64),
      new LeakyReLU(0.2),
      new Flatten(),
      new Linear(3136, 1, { generator: random }),
    );
    const optimizers = [generator, discriminator].map((model) => new Adam(model.parameters()));
    const [real, fake] = [ones([32, 1]), zeros([32, 1])];
    const step = (images: Tensor): Tensor => {
      const made = generator.forward(normal([32, 64], { generator: random }));
      optimizers[1]!.zeroGrad();
      const onReal = binaryCrossEntropyWithLogits(discriminator.forward(images), real);
      const onFake = binaryCrossEntropyWithLogits(discriminator.forward(made.detach()), fake);
      onReal.add(onFake).backward();
      optimizers[1]!.step();
      optimizers[0]!.zeroGrad();
      const loss = binaryCrossEntropyWithLogits(discriminator.forward(made), real);
      loss.backward();
      optimizers[0]!.step();
      return loss;
    };
    return [step, [uniform([32, 1, 28, 28], { generator: random })]];
  },
};

it.each(Object.entries(builds))(
  "a compiled training step of %s holds no more than a plain one",
  { timeout: 60_000 },
  async (_, build) => {
    /** The most bytes that the training had in 12 steps, its weights and moments among them. */
    const most = async (wrap: typeof compile): Promise<number> => {
      await collectGarbage();
      const start = memory().bytes;
      const [step, inputs] = build();
      const wrapped = wrap(step);
      let found = 0;
      for (let call = 0; call < 12; call++) {
        // The engine compiles in the background what it then still holds on to.
        await new Promise((resolve) => setTimeout(resolve, 50));
        await collectGarbage();
        peak = 0;
        await wrapped(...inputs).data();
        found = Math.max(found, peak - start);
      }
      return found;
    };
    const plain = await most(((step: unknown) => step) as typeof compile);
    const compiled = await most(compile);
    expect(compiled / plain).toBeLessThanOrEqual(1.1);
  },
);
