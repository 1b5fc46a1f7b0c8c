import { Conv2d, MaxPool2d } from "@dl/conv";
import { crossEntropy, Flatten, Linear, meanSquaredError, ReLU, Sequential, Tanh } from "@dl/nn";
import { Adam, SGD } from "@dl/optim";
import { Generator, integers, normal, uniform } from "@dl/tensor";

/** A training step: forward, backward, update, and reading the loss. */
export type Step = () => Promise<number>;

/** The `course` suite's training steps; `peers/torch_steps.py` does the same work in PyTorch. */
export const courseCases = {
  "tiny-mlp": (): Step => {
    const generator = new Generator(1);
    const model = new Sequential(
      new Linear(2, 16, { generator }),
      new Tanh(),
      new Linear(16, 16, { generator }),
      new Tanh(),
      new Linear(16, 1, { generator }),
    );
    const optimizer = new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 });
    const inputs = normal([32, 2], { generator });
    const targets = normal([32, 1], { generator });
    return async () => {
      const loss = meanSquaredError(model.forward(inputs), targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    };
  },
  mlp: (): Step => {
    const generator = new Generator(1);
    const model = new Sequential(
      new Linear(784, 256, { generator }),
      new ReLU(),
      new Linear(256, 128, { generator }),
      new ReLU(),
      new Linear(128, 10, { generator }),
    );
    return classifierStep(model, uniform([128, 784], { generator }), generator);
  },
  cnn: (): Step => {
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
    return classifierStep(model, uniform([64, 1, 28, 28], { generator }), generator);
  },
} as const;

export type CourseCase = keyof typeof courseCases;

function classifierStep(
  model: Sequential,
  inputs: ReturnType<typeof uniform>,
  generator: Generator,
): Step {
  const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
  const targets = integers(0, 10, [inputs.shape[0]!], { generator });
  return async () => {
    const loss = crossEntropy(model.forward(inputs), targets);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}
