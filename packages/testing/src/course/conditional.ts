import { TensorDataset } from "@dl/data";
import { pairStep, patchDiscriminator, unetGenerator, type UnetGenerator } from "@dl/gan";
import { meanAbsoluteError, type Module } from "@dl/nn";
import { Adam, lambdaSchedule, Scheduler } from "@dl/optim";
import { bernoulli, concatenate, Generator, where, type Tensor } from "@dl/tensor";
import {
  fit,
  ModelAverage,
  supervised,
  type Batches,
  type SupervisedBatch,
  type TrainingStep,
} from "@dl/training";
import { round, type Chapter } from "./chapter.ts";
import { sharpness } from "./drawings.ts";
import { inParts } from "./faces.ts";
import { toldApart } from "./fresh-judge.ts";
import { pictureGrid } from "./picture-grid.ts";
import { pairsToLearn, type PicturePairs } from "./picture-pairs.ts";

/** For the page, or for a quick test. */
const sizes =
  process.env["DL_COURSE"] === "write"
    ? { width: 24, depth: 4, judgeWidth: 16, steps: 2500, judging: 300, seeds: [0] }
    : { width: 12, depth: 3, judgeWidth: 12, steps: 250, judging: 100, seeds: [0] };

/** So many batches of 8, half of their pairs mirrored. */
function batchesOf(pairs: SupervisedBatch, generator: Generator): Batches<SupervisedBatch> {
  const data = new TensorDataset({ inputs: pairs.inputs, targets: pairs.targets });
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < sizes.steps; i++) {
        const { inputs, targets } = data.sample(8, { generator });
        const isMirrored = bernoulli([8, 1, 1, 1], { dtype: "bool", generator });
        const varied = (x: Tensor): Tensor => where(isMirrored, x.flip(3), x);
        yield { inputs: varied(inputs), targets: varied(targets) };
      }
    },
  };
}

/** The rate stays for half of the steps and then falls to 0 along a line. */
const falling = lambdaSchedule((step) => Math.min(1, 2 - (2 * step) / sizes.steps));
const adamOf = (network: Module): Adam =>
  new Adam(network.parameters(), { learningRate: 4e-4, beta1: 0.5 });

type StepFor = (model: UnetGenerator, generator: Generator) => TrainingStep<SupervisedBatch>;

/** The moving average of a generator that learnt by such steps. */
async function learnPairs(
  pairs: PicturePairs,
  seed: number,
  stepFor: StepFor,
): Promise<UnetGenerator> {
  const generator = new Generator(seed);
  const { width, depth } = sizes;
  const model = unetGenerator({ width, depth, dropout: 0.03, noiseChannels: 2, generator });
  const step = stepFor(model, generator);
  const average = new ModelAverage(model, { decay: 0.99 });
  await fit(step, {
    data: batchesOf(pairs.train, generator),
    epochs: 1,
    schedule: Object.values(step.optimizers).map((each) => new Scheduler(each, falling)),
    averages: average,
  });
  return average.model;
}

/** What is compared: the distance to the target alone, and an adversary besides. */
const ways = {
  "L1 alone": (model) => supervised(model, { loss: meanAbsoluteError, optimizer: adamOf(model) }),
  "adversarial + L1": (model, generator) => {
    const width = sizes.judgeWidth;
    const discriminator = patchDiscriminator({ inChannels: 6, width, layers: 2, generator });
    const optimizers = { generator: adamOf(model), discriminator: adamOf(discriminator) };
    return pairStep(model, discriminator, { optimizers, distanceWeight: 70 });
  },
} satisfies Record<string, StepFor>;

interface Made {
  /** Mean absolute difference to the targets of inputs not seen, pixels from 0 to 1. */
  readonly error: number;
  /** Mean step between neighbouring pixels, as a share of the targets'. */
  readonly sharpness: number;
  /** How often a judge who had no part in the game tells it from the targets. */
  readonly told: number;
  /** Mean difference of two draws for one input. */
  readonly spread: number;
  /** Two draws. */
  readonly pictures: readonly [Tensor, Tensor];
}

async function judged({ test }: PicturePairs, model: UnetGenerator): Promise<Made> {
  const distance = async (x: Tensor, y: Tensor) => (await meanAbsoluteError(x, y).item()) / 2;
  const pictures = [await inParts(model, test.inputs), await inParts(model, test.inputs)] as const;
  return {
    error: await distance(pictures[0], test.targets),
    sharpness: (await sharpness(pictures[0])) / (await sharpness(test.targets)),
    told: await toldApart(test.targets, pictures[0], sizes.judging),
    spread: await distance(...pictures),
    pictures,
  };
}

interface Conditional {
  readonly name: string;
  /** Error of the inputs as they are. */
  readonly identity: number;
  /** By seed. */
  readonly made: readonly Readonly<Record<keyof typeof ways, Made>>[];
  readonly test: SupervisedBatch;
}

async function run(): Promise<Conditional> {
  const pairs = await pairsToLearn();
  const { test } = pairs;
  const made: Record<keyof typeof ways, Made>[] = [];
  for (const seed of sizes.seeds) {
    const ofWay = async (way: StepFor): Promise<Made> =>
      await judged(pairs, await learnPairs(pairs, seed, way));
    made.push({
      "L1 alone": await ofWay(ways["L1 alone"]),
      "adversarial + L1": await ofWay(ways["adversarial + L1"]),
    });
  }
  const identity = (await meanAbsoluteError(test.inputs, test.targets).item()) / 2;
  return { name: pairs.name, identity, made, test };
}

const each = (made: Conditional["made"], way: keyof typeof ways, name: keyof Made): string =>
  made.map((bySeed) => round(bySeed[way][name] as number)).join(", ");

export const conditional: Chapter<Conditional> = {
  number: 13,
  title: "Conditional GANs",
  claim:
    "From pairs, a generator learns to redraw a picture in another style. The distance to the target alone makes it blurred, and everybody can tell; an adversary that sees input and output makes it as sharp as the real ones and harder to tell from them, still nearer to the target than the input was, and other each time it is drawn.",
  file: import.meta.filename,
  run,
  figures: ({ name, identity, made }) => [
    { what: "pairs", value: name },
    { what: "error of the input as it is (pixels from 0 to 1)", value: round(identity) },
    ...Object.keys(ways).flatMap((key) => {
      const way = key as keyof typeof ways;
      return [
        { what: `${way}: error on pairs not seen, by seed`, value: each(made, way, "error") },
        { what: `${way}: sharpness, real = 1`, value: each(made, way, "sharpness") },
        { what: `${way}: told from real by a fresh judge`, value: each(made, way, "told") },
        { what: `${way}: difference of two draws`, value: each(made, way, "spread") },
      ];
    }),
  ],
  plots: async ({ test, made }) => {
    const [first] = made;
    const rows = [
      test.inputs,
      first!["L1 alone"].pictures[0],
      ...first!["adversarial + L1"].pictures,
      test.targets,
    ];
    const shown = concatenate(rows.map((pictures) => pictures.narrow(0, 0, 14)));
    return {
      "Pairs not seen: inputs; L1 alone; adversarial + L1, drawn twice; targets": await pictureGrid(
        shown.add(1).div(2),
        14,
      ),
    };
  },
};
