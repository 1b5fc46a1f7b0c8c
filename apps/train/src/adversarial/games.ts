import { DataLoader, type Batch, type Dataset, type HostArray } from "@dl/data";
import type { Tensor } from "@dl/tensor";
import { optimizers, type MakeOptimizer } from "../optimizers.ts";
import type { GameName } from "../names.ts";
import type { TrainOptions } from "../options.ts";
import { loadBags, loadPairs, type PictureKinds } from "../pictures/load-kinds.ts";
import { loadPictures, type Picture, type Pictures } from "../pictures/load-pictures.ts";
import { checkWritable } from "../pictures/picture-file.ts";
import type { PictureShape } from "../saved/trained.ts";
import type { Task } from "../task.ts";
import { UsageError } from "../usage-error.ts";
import { cycleGame } from "./cycle-game.ts";
import { noiseGame } from "./noise-game.ts";
import { pairGame } from "./pair-game.ts";
import { play, type Played } from "./play.ts";
import { styleGame } from "./style-game.ts";

/** So few can be compared as the game goes on. */
const leastTested = 8;

/** Two networks that play, and what comes of it. */
export async function game(name: GameName, options: TrainOptions): Promise<Task> {
  if (options.samples !== undefined) await checkWritable(options.samples);
  const { optimizer, learningRate } = options;
  const make: MakeOptimizer = (parameters, rates) =>
    optimizers[optimizer](parameters, learningRate, rates);
  return await games[name](options, make);
}

const games: {
  readonly [Name in GameName]: (options: TrainOptions, make: MakeOptimizer) => Promise<Task>;
} = {
  dcgan: (options, make) =>
    fromNoise(options, (pictures) => noiseGame("dcgan", pictures, options, make)),
  sngan: (options, make) =>
    fromNoise(options, (pictures) => noiseGame("sngan", pictures, options, make)),
  stylegan: (options, make) => fromNoise(options, (pictures) => styleGame(pictures, options, make)),
  async pix2pix(options, make) {
    const kinds = await loadPairs(options);
    const pairs = both(kinds, kinds.from.train.length, (i) => ({
      inputs: kinds.from.train.get(i).inputs,
      targets: kinds.to.train.get(i).inputs,
    }));
    return taskOf(options, kinds.to, pairs, () => pairGame(kinds, options, make), kinds.from.shape);
  },
  async cyclegan(options, make) {
    const kinds = await loadBags(options);
    const [a, b] = [kinds.from.train, kinds.to.train];
    const length = Math.max(a.length, b.length);
    // Half the bag apart, so that no picture meets its own counterpart.
    const apart = Math.floor(b.length / 2);
    const bags = both(kinds, length, (i) => ({
      a: a.get(i % a.length).inputs,
      b: b.get((i + apart) % b.length).inputs,
    }));
    return taskOf(options, kinds.to, bags, () => cycleGame(kinds, options, make), kinds.from.shape);
  },
};

async function fromNoise(
  options: TrainOptions,
  build: (pictures: Pictures) => Played<{ readonly inputs: Tensor }>["model"],
): Promise<Task> {
  const pictures = await loadPictures(options);
  const [, height, width] = pictures.shape;
  if (height !== width || ![28, 32].includes(height))
    throw new UsageError(
      `--data: these networks make pictures of 28x28 or 32x32: received ${height}x${width}.`,
    );
  return taskOf<Picture>(options, pictures, pictures.train, () => build(pictures));
}

/** Samples made of two sets of pictures; both are as large. */
function both<Sample extends Readonly<Record<string, HostArray>>>(
  { from, to }: PictureKinds,
  length: number,
  get: (index: number) => Sample,
): Dataset<Sample> {
  const [one, other] = [from, to].map(({ shape: [, height, width] }) => `${height}x${width}`);
  if (one !== other)
    throw new UsageError(
      `--targets: both kinds of pictures must be as large: received ${one} and ${other}.`,
    );
  return { length, get };
}

function taskOf<Sample extends object>(
  options: TrainOptions,
  pictures: Pictures,
  dataset: Dataset<Sample>,
  build: () => Played<Batch<Sample>>["model"],
  from?: PictureShape,
): Task {
  const { batchSize, seed } = options;
  if (pictures.test.length < leastTested)
    throw new UsageError(
      `--data: at least ${leastTested} pictures to test on are needed: received ${pictures.test.length}. Add some; of a folder a tenth is tested on.`,
    );
  return {
    pictures,
    build() {
      const data = new DataLoader(dataset, { batchSize, shuffle: true, dropLast: true, seed });
      const model = build();
      return {
        parameters: model.modules.flatMap((module) => module.parameters()),
        trained: model.trained,
        shapes: { shape: pictures.shape, ...(from && { from }) },
        learn: (run) => play({ model, data, pictures }, options, run),
      };
    },
  };
}
