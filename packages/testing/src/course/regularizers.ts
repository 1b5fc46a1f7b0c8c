import { noGrad } from "@dl/autograd";
import {
  crossEntropy,
  Dropout,
  Flatten,
  l1Penalty,
  l2Penalty,
  Linear,
  meanSquaredError,
  ReLU,
  Sequential,
} from "@dl/nn";
import { Adam, SGD } from "@dl/optim";
import {
  Generator,
  integers,
  normal,
  tensor,
  uniform,
  where,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";
import { batchesOf, drawDigits, evaluate, parameterCount, type Digits } from "./digits.ts";
import { linePlot } from "./plot/line-plot.ts";

const features = 20;
/** The target depends on five features; the other fifteen are noise. */
const truth = [3, -2, 1.5, 1, -1];
const learningRate = 0.05;

type Penalty = "l1" | "l2" | "l1 by gradient";

/**
 * Weights of a linear regression under a penalty. The gradient of |w| jumps at 0, so a step along it
 * goes past; "l1" takes the loss's step and then moves every weight by the penalty's share towards 0,
 * where it stops (the proximal step; Daubechies et al. 2004, arXiv:math/0307152).
 */
async function fitted(penalty: Penalty, strength: number): Promise<number[]> {
  const generator = new Generator(7);
  const inputs = normal([100, features], { generator });
  const clean = inputs.matmul(
    tensor([...truth, ...Array<number>(features - truth.length).fill(0)]),
  );
  const targets = clean.add(normal([100], { generator, std: 0.5 }));
  const weight = zeros([features]).requireGrad();
  const optimizer = new SGD([weight], { learningRate });
  for (let step = 0; step < 250; step++) {
    const loss = meanSquaredError(inputs.matmul(weight), targets);
    optimizer.zeroGrad();
    lossWith(loss, penalty, strength, weight).backward();
    optimizer.step();
    if (penalty === "l1")
      noGrad(() => weight.assign(weight.detach().softshrink(learningRate * strength)));
  }
  return [...(await weight.data())];
}

function lossWith(loss: Tensor, penalty: Penalty, strength: number, weight: Tensor): Tensor {
  if (penalty === "l1") return loss;
  const size = penalty === "l2" ? l2Penalty([weight]) : l1Penalty([weight]);
  return loss.add(size.mul(strength));
}

interface Fit {
  readonly penalty: Penalty;
  readonly strength: number;
  readonly weights: readonly number[];
}

/** 256 digits, for a fifth of which the class is drawn: what there is to learn by heart. */
function mislabelled(): Digits {
  const { inputs, targets } = drawDigits(256);
  const drawn = integers(0, 10, targets.shape, { generator: new Generator(3) });
  const isDrawn = uniform(targets.shape, { generator: new Generator(4) }).less(0.2);
  return { inputs, targets: where(isDrawn, drawn, targets) };
}

interface Gap {
  readonly name: string;
  readonly parameters: number;
  /** By epoch, both in evaluation: without dropped units. */
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Too many weights for so few digits, with and without dropout on input and hidden nodes. */
async function gap(name: string, onInput: number, onHidden: number): Promise<Gap> {
  const generator = new Generator(8);
  const model = new Sequential(
    new Flatten(),
    new Dropout(onInput, { generator }),
    new Linear(784, 128, { generator }),
    new ReLU(),
    new Dropout(onHidden, { generator }),
    new Linear(128, 10, { generator }),
  );
  const optimizer = new Adam(model.parameters(), { learningRate: 2e-3 });
  const [seen, held] = [mislabelled(), drawDigits(512, "test")];
  const [train, test]: number[][] = [[], []];
  for (let epoch = 0; epoch < 40; epoch++) {
    for (const { inputs, targets } of batchesOf(seen, 32, generator)) {
      optimizer.zeroGrad();
      crossEntropy(model.forward(inputs), targets).backward();
      optimizer.step();
    }
    train!.push((await evaluate(model, seen)).loss);
    test!.push((await evaluate(model, held)).loss);
  }
  return { name, parameters: parameterCount(model), train: train!, test: test! };
}

interface Regularized {
  readonly fits: readonly Fit[];
  readonly gaps: readonly Gap[];
}

async function run(): Promise<Regularized> {
  const fits: Fit[] = [];
  for (const penalty of ["l1", "l2", "l1 by gradient"] as const)
    for (const strength of penalty === "l1 by gradient" ? [0.5] : [0.02, 0.1, 0.25, 0.5, 1, 2, 4])
      fits.push({ penalty, strength, weights: await fitted(penalty, strength) });
  const gaps = [await gap("without", 0, 0), await gap("with dropout", 0.2, 0.5)];
  return { fits, gaps };
}

export const regularizers: Chapter<Regularized> = {
  number: 7,
  title: "Regularisers",
  claim:
    "L1 makes weights exactly zero where L2 only makes them small; dropout on input (0.2) and hidden nodes (0.5) narrows the gap between training and test loss.",
  file: import.meta.filename,
  run,
  figures: ({ fits, gaps }) => [
    ...fits
      .filter(({ strength }) => strength === 0.5)
      .map(({ penalty, weights }) => ({
        what: `${penalty}, strength 0.5: weights that are exactly 0, of ${features}; smallest other`,
        value: `${zeroCount(weights)}; ${round(Math.min(...weights.map(Math.abs).filter((size) => size > 0)))}`,
      })),
    ...gaps.map(({ name, train, test }) => ({
      what: `${name}: training loss; test loss; gap`,
      value: `${round(train.at(-1)!)}; ${round(test.at(-1)!)}; ${round(test.at(-1)! - train.at(-1)!)}`,
    })),
  ],
  plots: ({ fits, gaps }) => ({
    "Weights under L1 of growing strength": weightPlot("Weights under L1", fits, "l1"),
    "Weights under L2 of growing strength": weightPlot("Weights under L2", fits, "l2"),
    "Loss with and without dropout": linePlot({
      title: `Dropout: 256 digits, ${gaps[0]!.parameters} parameters`,
      x: { label: "epoch" },
      y: { label: "cross-entropy", log: true },
      series: gaps.flatMap(({ name, train, test }, color) => [
        { name: `test, ${name}`, color, points: test.map((loss, i) => [i + 1, loss] as const) },
        {
          name: `training, ${name}`,
          color,
          dashed: true,
          points: train.map((loss, i) => [i + 1, loss] as const),
        },
      ]),
    }),
  }),
};

export function zeroCount(weights: readonly number[]): number {
  return weights.filter((weight) => weight === 0).length;
}

/** The five weights that matter in colour, the others grey. */
function weightPlot(title: string, fits: readonly Fit[], wanted: Penalty): string {
  const shown = fits.filter(({ penalty }) => penalty === wanted);
  const grey = 5;
  return linePlot({
    title,
    x: { label: "strength", log: true },
    y: { label: "weight", include: [-2, 3] },
    series: Array.from({ length: features }, (_, i) => ({
      name:
        i < truth.length ? `true weight ${truth[i]!}` : i === truth.length ? "true weight 0" : "",
      color: i < truth.length ? i : grey,
      points: shown.map(({ strength, weights }) => [strength, weights[i]!] as const),
    })),
  });
}
