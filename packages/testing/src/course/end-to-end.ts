import { crossEntropy, Flatten, Linear, meanSquaredError, ReLU, Sequential, Sigmoid } from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator, type Tensor } from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";
import { batchesOf, drawDigits, evaluate, type Digits } from "./digits.ts";
import { linePlot } from "./plot/line-plot.ts";

const codeSize = 4;
const epochs = 6;

/** Two stages: an encoder that describes a digit in four numbers, and a reader of the description. */
function makeStages(): { encoder: Sequential; reader: Sequential } {
  const generator = new Generator(11);
  return {
    encoder: new Sequential(
      new Flatten(),
      new Linear(784, 64, { generator }),
      new ReLU(),
      new Linear(64, codeSize, { generator }),
    ),
    reader: new Sequential(
      new Linear(codeSize, 32, { generator }),
      new ReLU(),
      new Linear(32, 10, { generator }),
    ),
  };
}

/** Adam on some parameters for some epochs; the accuracy of both stages together after each. */
async function train(
  { encoder, reader }: ReturnType<typeof makeStages>,
  parameters: readonly Tensor[],
  lossOf: (batch: Digits) => Tensor,
): Promise<number[]> {
  const optimizer = new Adam([...parameters], { learningRate: 3e-3 });
  const [seen, held] = [drawDigits(768), drawDigits(512, "test")];
  const order = new Generator(12);
  const pipeline = new Sequential(encoder, reader);
  const accuracies: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of batchesOf(seen, 32, order)) {
      optimizer.zeroGrad();
      const loss = lossOf(batch);
      loss.backward();
      optimizer.step();
      await loss.item();
    }
    accuracies.push((await evaluate(pipeline, held)).accuracy);
  }
  return accuracies;
}

interface Pipelines {
  /** Accuracy on digits not seen, by epoch. */
  readonly staged: readonly number[];
  readonly endToEnd: readonly number[];
}

async function run(): Promise<Pipelines> {
  // Stage by stage: the encoder learns what its decoder needs, then the reader works with that.
  const stages = makeStages();
  const { encoder, reader } = stages;
  const generator = new Generator(13);
  const decoder = new Sequential(
    new Linear(codeSize, 64, { generator }),
    new ReLU(),
    new Linear(64, 784, { generator }),
    new Sigmoid(),
  );
  const autoencoder = [...encoder.parameters(), ...decoder.parameters()];
  await train(stages, autoencoder, ({ inputs }) =>
    meanSquaredError(decoder.forward(encoder.forward(inputs)), inputs.flatten(1)),
  );
  const staged = await train(stages, reader.parameters(), ({ inputs, targets }) =>
    crossEntropy(reader.forward(encoder.forward(inputs).detach()), targets),
  );

  // As a whole: the reader's gradient reaches the encoder. Half the steps in all.
  const whole = makeStages();
  const parameters = [...whole.encoder.parameters(), ...whole.reader.parameters()];
  const endToEnd = await train(whole, parameters, ({ inputs, targets }) =>
    crossEntropy(whole.reader.forward(whole.encoder.forward(inputs)), targets),
  );
  return { staged, endToEnd };
}

export const endToEnd: Chapter<Pipelines> = {
  number: 9,
  title: "End-to-end learning",
  claim:
    "A pipeline of two stages, an encoder to four numbers and a reader of these, reads more digits when trained as a whole than when the encoder is trained first (to reconstruct) and the reader after it, though that takes twice the steps.",
  file: import.meta.filename,
  run,
  figures: (result) => [
    {
      what: `in stages, ${epochs} epochs each: accuracy`,
      value: `${round(100 * result.staged.at(-1)!)} %`,
    },
    {
      what: `end to end, ${epochs} epochs: accuracy`,
      value: `${round(100 * result.endToEnd.at(-1)!)} %`,
    },
  ],
  plots: (result) => ({
    "Accuracy over the epochs": linePlot({
      title: "Digits not seen, read right",
      x: { label: "epoch of the reader" },
      y: { label: "share", include: [0, 1] },
      series: [
        { name: "end to end", points: result.endToEnd.map((share, i) => [i + 1, share]) },
        {
          name: "in stages",
          dashed: true,
          points: result.staged.map((share, i) => [i + 1, share]),
        },
      ],
    }),
  }),
};
