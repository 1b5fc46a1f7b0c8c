import {
  cycleStep,
  ImagePool,
  patchDiscriminator,
  resnetGenerator,
  type Directions,
  type Sides,
  type UnpairedBatch,
} from "@dl/gan";
import { TensorDataset } from "@dl/data";
import { BatchNorm, meanAbsoluteError, type Layer } from "@dl/nn";
import { Adam, lambdaSchedule, Scheduler } from "@dl/optim";
import { concatenate, Generator, type Tensor } from "@dl/tensor";
import { fit, type Batches } from "@dl/training";
import {
  greyAndColoured,
  outlinesAndFaces,
  thinAndBold,
  type Bags,
  type BagSizes,
} from "./bags.ts";
import { round, type Chapter } from "./chapter.ts";
import { inParts } from "./faces.ts";
import { pictureGrid } from "./picture-grid.ts";

/** How long a pair of translators learns, and how wide they are. */
interface Recipe {
  readonly steps: number;
  readonly width: number;
  readonly blocks: number;
  readonly judgeWidth: number;
  readonly cycleWeight: number;
  /** Of the generators, and of the discriminators. */
  readonly learningRate: number;
  readonly judgeRate: number;
}

/** So many batches of 4 of each bag. */
function batchesOf({ train }: Bags, steps: number, generator: Generator): Batches<UnpairedBatch> {
  const [a, b] = [train.a, train.b].map((pictures) => new TensorDataset({ pictures }));
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < steps; i++)
        yield {
          a: a!.sample(4, { generator }).pictures,
          b: b!.sample(4, { generator }).pictures,
        };
    },
  };
}

/** Learns both directions from two bags. */
async function learnBags(bags: Bags, seed: number, recipe: Recipe): Promise<Directions> {
  const { steps, width, blocks, judgeWidth, cycleWeight, learningRate, judgeRate } = recipe;
  const generator = new Generator(seed);
  const [channelsOfA, channelsOfB] = [bags.test.a.shape[1]!, bags.test.b.shape[1]!];
  const side = bags.test.a.shape[2]!;
  // By instance normalisation each picture's ground would shift with its ink.
  const norm = (channels: number): Layer => new BatchNorm(channels);
  const sizes = { width, blocks, halvings: 1, kernelSize: 3, norm, generator };
  const translator = (inChannels: number, outChannels: number): Layer =>
    resnetGenerator({ inChannels, outChannels, ...sizes });
  const judge = (inChannels: number): Layer =>
    patchDiscriminator({ inChannels, width: judgeWidth, layers: 1, generator });
  const pool = (channels: number): ImagePool =>
    new ImagePool(50, [channels, side, side], { generator });
  const adamOf = (networks: readonly Layer[], rate: number): Adam =>
    new Adam(
      networks.flatMap((network) => network.parameters()),
      { learningRate: rate, beta1: 0.5 },
    );
  const generators = {
    aToB: translator(channelsOfA, channelsOfB),
    bToA: translator(channelsOfB, channelsOfA),
  };
  const discriminators: Sides<Layer> = { a: judge(channelsOfA), b: judge(channelsOfB) };
  const optimizers = {
    generator: adamOf(Object.values(generators), learningRate),
    discriminator: adamOf(Object.values(discriminators), judgeRate),
  };
  const step = cycleStep(generators, discriminators, {
    optimizers,
    cycleWeight,
    pools: { a: pool(channelsOfA), b: pool(channelsOfB) },
  });
  // The rate stays for half of the steps and then falls to 0 along a line.
  const falling = lambdaSchedule((i) => Math.min(1, 2 - (2 * i) / steps));
  const schedule = Object.values(optimizers).map((each) => new Scheduler(each, falling));
  await fit(step, { data: batchesOf(bags, steps, generator), epochs: 1, schedule });
  for (const network of Object.values(generators)) network.eval();
  return generators;
}

/** Errors on pairs not seen, pixels from 0 to 1, and pictures. */
interface Translated {
  readonly toB: number;
  readonly toA: number;
  /** Of pictures of B that were sent to A and back. */
  readonly back: number;
  readonly pictures: UnpairedBatch & { readonly back: Tensor };
}

const distance = async (x: Tensor, y: Tensor): Promise<number> =>
  (await meanAbsoluteError(x, y.expand(x.shape)).item()) / 2;

async function judged({ test }: Bags, { aToB, bToA }: Directions): Promise<Translated> {
  const made = { a: await inParts(bToA, test.b), b: await inParts(aToB, test.a) };
  const back = await inParts(aToB, made.a);
  return {
    toA: await distance(test.a, made.a),
    toB: await distance(test.b, made.b),
    back: await distance(test.b, back),
    pictures: { ...made, back },
  };
}

interface Task {
  readonly name: string;
  readonly bags: Bags;
  /** Error of the pictures as they are, and of the mean picture of each side. */
  readonly identity: number;
  readonly mean: Sides<number>;
  readonly bySeed: readonly Translated[];
}

async function learnTask(
  name: string,
  bags: Bags,
  seeds: readonly number[],
  recipe: Recipe,
): Promise<Task> {
  const { train, test } = bags;
  const bySeed: Translated[] = [];
  for (const seed of seeds) bySeed.push(await judged(bags, await learnBags(bags, seed, recipe)));
  const ofMean = async (side: "a" | "b"): Promise<number> =>
    await distance(test[side], train[side].mean(0, { keepDims: true }));
  return {
    name,
    bags,
    identity: await distance(test.b, test.a),
    mean: { a: await ofMean("a"), b: await ofMean("b") },
    bySeed,
  };
}

const isLong = process.env["DL_COURSE"] === "write";
/** For the page, or for a quick test: that one looks at pictures of half the size. */
const sizes: BagSizes = isLong
  ? { train: 1000, test: 300, halvings: 0 }
  : { train: 300, test: 60, halvings: 1 };
const seeds = (count: number): number[] => Array.from({ length: isLong ? count : 1 }, (_, i) => i);
const steps = (long: number, quick: number): number => (isLong ? long : quick);

interface CycleGan {
  readonly thin: Task;
  readonly coloured: Task;
  readonly faces: Task;
}

/**
 * Light must become dark: a large weight of the cycle would keep whatever first brought pictures back,
 * light grounds around light digits, before a discriminator could object. Where it is large, much is
 * hidden.
 */
async function run(): Promise<CycleGan> {
  const digits = { width: 12, blocks: 2, judgeWidth: 16 };
  return {
    thin: await learnTask("thin and bold digits", await thinAndBold(sizes), seeds(5), {
      ...digits,
      steps: steps(700, 150),
      cycleWeight: 1,
      learningRate: isLong ? 1e-3 : 5e-4,
      judgeRate: isLong ? 1e-3 : 5e-4,
    }),
    coloured: await learnTask("grey and coloured digits", await greyAndColoured(sizes), seeds(3), {
      ...digits,
      steps: steps(2000, 150),
      cycleWeight: 20,
      learningRate: 1e-3,
      judgeRate: 5e-4,
    }),
    faces: await learnTask(
      "outlines and faces",
      await outlinesAndFaces({ ...sizes, halvings: 1 }),
      seeds(1),
      {
        width: 16,
        blocks: 2,
        judgeWidth: 16,
        steps: steps(2000, 50),
        cycleWeight: 3,
        learningRate: 1e-3,
        judgeRate: 5e-4,
      },
    ),
  };
}

const each = ({ bySeed }: Task, of: (made: Translated) => number): string =>
  bySeed.map((made) => round(of(made))).join(", ");

export const cycleGan: Chapter<CycleGan> = {
  number: 14,
  title: "CycleGAN",
  claim:
    "From two bags of pictures, without a single pair, two generators learn to turn each kind into the other, nearer to counterparts they never saw than the picture as it is and, but for faces whose colours must be guessed, than the mean picture. What must come back as it was is hidden where nobody sees it: from its own grey picture a digit gets its colour back, from the true grey one it does not.",
  file: import.meta.filename,
  run,
  figures: ({ thin, coloured, faces }) => [
    ...[thin, coloured, faces].flatMap((task) => [
      {
        what: `${task.name}: error of the picture as it is; of the mean picture, of the first kind and the second`,
        value: `${round(task.identity)}; ${round(task.mean.a)}, ${round(task.mean.b)}`,
      },
      { what: `${task.name}: to the second kind, by seed`, value: each(task, ({ toB }) => toB) },
      { what: `${task.name}: to the first kind, by seed`, value: each(task, ({ toA }) => toA) },
    ]),
    {
      what: "coloured digits: error there and back; from their true grey counterparts, by seed",
      value: `${each(coloured, ({ back }) => back)}; ${each(coloured, ({ toB }) => toB)}`,
    },
  ],
  plots: async ({ thin, coloured, faces }) => ({
    "Thin digits, turned bold; bold ones, turned thin": await sheet(thin),
    "Grey digits, coloured; coloured ones, turned grey, and back": await sheet(coloured, "message"),
    "Outlines, turned into faces; faces, turned into outlines": await sheet(faces),
  }),
};

/** Twelve of each kind and what became of them, in colour or grey. */
async function sheet({ bags, bySeed }: Task, shown?: "message"): Promise<Uint8Array> {
  const { a, b, back } = bySeed[0]!.pictures;
  const rows = [bags.test.a, b, bags.test.b, a, ...(shown === undefined ? [] : [back])];
  const side = b.shape[2]!;
  const cut = rows.map((row) => row.narrow(0, 0, 12).expand([12, 3, side, side]));
  return await pictureGrid(concatenate(cut).add(1).div(2).clamp(0, 1), 12);
}
