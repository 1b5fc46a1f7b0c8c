import { Conv2d, MaxPool2d } from "@dl/conv";
import { crossEntropy, Flatten, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator } from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";
import { batchesOf, drawDigits, evaluate, parameterCount } from "./digits.ts";
import { linePlot } from "./plot/line-plot.ts";

const models = {
  /** Local wiring, shared weights, pooling. */
  CNN: (generator: Generator) =>
    new Sequential(
      new Conv2d(1, 8, 5, { padding: 2, generator }), // [batch, 8, 28, 28]
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(8, 16, 5, { padding: 2, generator }), // [batch, 16, 14, 14]
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(16 * 7 * 7, 20, { generator }),
      new ReLU(),
      new Linear(20, 10, { generator }),
    ),
  /** Every pixel to every unit; as many weights in all. */
  MLP: (generator: Generator) =>
    new Sequential(
      new Flatten(),
      new Linear(784, 24, { generator }),
      new ReLU(),
      new Linear(24, 20, { generator }),
      new ReLU(),
      new Linear(20, 10, { generator }),
    ),
};

interface Trained {
  readonly name: string;
  readonly parameters: number;
  /** On digits it has not seen, by epoch. */
  readonly accuracies: readonly number[];
}

/** The same digits in the same order, the same optimiser and as many steps. */
async function trained(name: keyof typeof models): Promise<Trained> {
  const model = models[name](new Generator(9));
  const [seen, held] = [drawDigits(768), drawDigits(512, "test")];
  const optimizer = new Adam(model.parameters(), { learningRate: 3e-3 });
  const order = new Generator(10);
  const accuracies: number[] = [];
  for (let epoch = 0; epoch < 5; epoch++) {
    for (const { inputs, targets } of batchesOf(seen, 32, order)) {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.forward(inputs), targets);
      loss.backward();
      optimizer.step();
      await loss.item();
    }
    accuracies.push((await evaluate(model, held)).accuracy);
  }
  return { name, parameters: parameterCount(model), accuracies };
}

async function run(): Promise<Trained[]> {
  return [await trained("CNN"), await trained("MLP")];
}

export const convolution: Chapter<Trained[]> = {
  number: 8,
  title: "Convolutional networks",
  claim:
    "Of two networks with as many parameters, trained alike on the same digits, the convolutional one reads more of the digits that it has not seen.",
  file: import.meta.filename,
  run,
  figures: (rows) =>
    rows.map(({ name, parameters, accuracies }) => ({
      what: `${name} of ${parameters} parameters: accuracy after ${accuracies.length} epochs`,
      value: `${round(100 * accuracies.at(-1)!)} %`,
    })),
  plots: (rows) => ({
    "Accuracy over the epochs": linePlot({
      title: "Digits not seen, read right",
      x: { label: "epoch" },
      y: { label: "share", include: [1] },
      series: rows.map(({ name, accuracies }) => ({
        name,
        marks: "both",
        points: accuracies.map((share, i) => [i + 1, share]),
      })),
    }),
  }),
};
