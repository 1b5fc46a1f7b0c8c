import { gradientsOf } from "@dl/autograd";
import {
  crossEntropy,
  heNormal,
  leCunNormal,
  Linear,
  orthogonal,
  ReLU,
  Sequential,
  xavierNormal,
  type Initializer,
} from "@dl/nn";
import { watchDeadUnits } from "@dl/training";
import { SGD } from "@dl/optim";
import { Generator, integers, normal, type Tensor } from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";
import { linePlot, type Point } from "./plot/line-plot.ts";

const depth = 50;

/** How the layers of a deep net start, and what stands between them. */
interface Scheme {
  readonly name: string;
  readonly isGood: boolean;
  readonly init: Initializer;
  readonly activation: (x: Tensor) => Tensor;
  readonly width: number;
}

const gained =
  (init: typeof heNormal, gain: number): Initializer =>
  (shape, options) =>
    init(shape, { ...options, gain });
const relu = (x: Tensor): Tensor => x.relu();

// By chance the mean square wanders: with ReLU by about √(5 depth / width) in its logarithm, linear by
// √(2 depth / width). Width 512 leaves 0.7 and 0.44; the bad ones go wrong at any width.
const [narrow, wide] = [128, 512];
const schemes: readonly Scheme[] = [
  schemeOf("half of He, ReLU", gained(heNormal, Math.SQRT1_2), relu, narrow),
  schemeOf("twice He, ReLU", gained(heNormal, 2 * Math.SQRT2), relu, narrow),
  schemeOf("Xavier, sigmoid", xavierNormal, (x) => x.sigmoid(), narrow),
  schemeOf("He, ReLU", heNormal, relu, wide),
  schemeOf("Xavier, linear", xavierNormal, (x) => x, wide),
  schemeOf("LeCun, SELU", leCunNormal, (x) => x.selu(), wide),
  schemeOf("orthogonal, linear", orthogonal, (x) => x, 64),
];

function schemeOf(
  name: string,
  init: Initializer,
  activation: Scheme["activation"],
  width: number,
): Scheme {
  return { name, isGood: width !== narrow, init, activation, width };
}

interface Depths {
  readonly scheme: Scheme;
  /** Mean square of every layer's sums, as a multiple of the first's. */
  readonly forward: readonly number[];
  /** Mean square of the gradients there, as a multiple of the last's. */
  readonly backward: readonly number[];
}

/** Standardised inputs through fifty layers, and a random gradient back. */
async function throughDepth(scheme: Scheme): Promise<Depths> {
  const { init, activation, width } = scheme;
  const generator = new Generator(1);
  let x = normal([64, width], { generator }).requireGrad();
  const sums: Tensor[] = [];
  for (let layer = 0; layer < depth; layer++) {
    const sum = x.matmul(init([width, width], { generator }));
    sums.push(sum);
    x = activation(sum);
  }
  const gradients = gradientsOf(x.mul(normal([64, width], { generator })).sum(), sums);
  const [forward, backward] = [await meanSquares(sums), await meanSquares(gradients)];
  return {
    scheme,
    forward: forward.map((value) => value / forward[0]!),
    backward: backward.map((value) => value / backward[depth - 1]!),
  };
}

/** In float64: the squares of vanished numbers would be 0 in float32. */
async function meanSquares(tensors: readonly Tensor[]): Promise<number[]> {
  const lists = await Promise.all(tensors.map((tensor) => tensor.data()));
  return lists.map((list) => [...list].reduce((sum, value) => sum + value ** 2, 0) / list.length);
}

interface DeadNeurons {
  readonly learningRate: number;
  readonly hidden: number;
  /** Found by their gradient alone, which was 0 for every instance. */
  readonly reported: number;
  /** Found by their sum, which is negative for every instance. */
  readonly neverOn: number;
}

/** Too long a step throws the biases of a hidden layer so far down that no input turns its units on. */
async function deadNeurons(learningRate: number): Promise<DeadNeurons> {
  const generator = new Generator(5);
  const [instances, hidden] = [256, 64];
  const model = new Sequential(
    new Linear(8, hidden, { generator }),
    new ReLU(),
    new Linear(hidden, 4, { generator }),
  );
  const [inputs, targets] = [
    normal([instances, 8], { generator }),
    integers(0, 4, [instances], { generator }),
  ];
  const optimizer = new SGD(model.parameters(), { learningRate });
  const lossNow = (): Tensor => crossEntropy(model.forward(inputs), targets);
  for (let step = 0; step < 60; step++) {
    optimizer.zeroGrad();
    lossNow().backward();
    optimizer.step();
  }
  const watch = watchDeadUnits(model, { window: 1 });
  lossNow().backward(); // all instances at once
  watch.stop();
  const reported = (await watch.report()).get("0")!.dead.length;
  const sums = (model[0] as Linear).forward(inputs);
  const neverOn = await sums.amax(0).less(0).sum().item();
  return { learningRate, hidden, reported, neverOn };
}

interface DeepNets {
  readonly depths: readonly Depths[];
  readonly dead: readonly DeadNeurons[];
}

async function run(): Promise<DeepNets> {
  const depths: Depths[] = [];
  for (const scheme of schemes) depths.push(await throughDepth(scheme));
  return { depths, dead: [await deadNeurons(0.1), await deadNeurons(20)] };
}

export const deepNets: Chapter<DeepNets> = {
  number: 4,
  title: "Making deep nets work",
  claim:
    "Through 50 layers a bad initialisation makes signals or gradients vanish or explode; one that fits the activation keeps the variance within a factor of 2. A dead neuron has gradient 0 for every instance, and the system says so.",
  file: import.meta.filename,
  run,
  figures: ({ depths, dead }) => [
    ...depths.map(({ scheme, forward, backward }) => ({
      what: `${scheme.name}: mean square at layer ${depth} against layer 1; gradient at 1 against ${depth}`,
      value: `${round(forward[depth - 1]!)}; ${round(backward[0]!)}`,
    })),
    ...dead.map(({ learningRate, hidden, reported, neverOn }) => ({
      what: `learning rate ${learningRate}: neurons reported dead; on for no instance`,
      value: `${reported} of ${hidden}; ${neverOn}`,
    })),
  ],
  plots: ({ depths }) => ({
    "Mean square of the signal at every layer": depthPlot(
      "Signals on the way up",
      depths.map(({ scheme, forward }) => [scheme, forward]),
    ),
    "Mean square of the signal at every layer, good initialisations": depthPlot(
      "Signals on the way up, closer",
      depths.map(({ scheme, forward }) => [scheme, scheme.isGood ? forward : []]),
      { log: false, include: [0, 0.5, 2] },
    ),
    "Mean square of the gradient at every layer": depthPlot(
      "Gradients on the way down",
      depths.map(({ scheme, backward }) => [scheme, backward]),
    ),
  }),
};

function depthPlot(
  title: string,
  lines: readonly (readonly [Scheme, readonly number[]])[],
  scale: { log: boolean; include?: readonly number[] } = { log: true },
): string {
  return linePlot({
    title,
    x: { label: "layer" },
    y: { label: "mean square, relative", ...scale },
    series: lines.map(([{ name, isGood }, values]) => ({
      name: values.length > 0 ? name : "",
      dashed: !isGood,
      points: values.map((value, layer): Point => [layer + 1, value]),
    })),
  });
}
