import { Conv2d, ConvTranspose2d } from "@dl/conv";
import { faceAttributes, TensorDataset } from "@dl/data";
import { meanDifference, nearestNeighbors } from "@dl/generator";
import {
  BatchNorm,
  Flatten,
  Linear,
  meanSquaredError,
  ReLU,
  Sequential,
  Sigmoid,
  Unflatten,
} from "@dl/nn";
import { concatenate, Generator, type Tensor } from "@dl/tensor";
import { Autoencoder, latentsOf } from "@dl/vae";
import { round, type Chapter } from "./chapter.ts";
import { drawFaces, inParts, sizes, trainJudge, type FaceJudge, type Faces } from "./faces.ts";
import { learn } from "./learn.ts";
import { pictureGrid } from "./picture-grid.ts";

/** Three halvings to a bottleneck of 64 numbers, and the same way back. */
function makeAutoencoder(generator: Generator): Autoencoder {
  const c = sizes.channels;
  const halving = { stride: 2, padding: 1, generator };
  const down = (from: number, to: number): Sequential =>
    new Sequential(new Conv2d(from, to, 4, halving), new BatchNorm(to), new ReLU());
  const up = (from: number, to: number): Sequential =>
    new Sequential(new BatchNorm(from), new ReLU(), new ConvTranspose2d(from, to, 4, halving));
  return new Autoencoder(
    new Sequential(
      down(3, c), // [batch, c, 16, 16]
      down(c, 2 * c),
      down(2 * c, 4 * c), // [batch, 4c, 4, 4]
      new Flatten(),
      new Linear(64 * c, 64, { generator }),
    ),
    new Sequential(
      new Linear(64, 64 * c, { generator }),
      new Unflatten(1, [4 * c, 4, 4]),
      up(4 * c, 2 * c),
      up(2 * c, c),
      up(c, 3), // [batch, 3, 32, 32]
      new Sigmoid(),
    ),
  );
}

interface LearntFaces {
  readonly autoencoder: Autoencoder;
  readonly train: Faces;
  readonly test: Faces;
  /** Of the faces that were learnt from: [count, 64]. */
  readonly latents: Tensor;
}

/**
 * Eyes are two pixels high, and squared error gives them little. What brings them is not another
 * loss but Muon: its steps are as long in the directions that matter little as in the others.
 */
async function learnFaces(): Promise<LearntFaces> {
  const generator = new Generator(17);
  const train = await drawFaces(sizes.train, "train");
  const data = new TensorDataset({ inputs: train.inputs });
  const autoencoder = makeAutoencoder(generator);
  await learn(autoencoder, sizes.steps, () => {
    const { inputs } = data.sample(32, { generator });
    return meanSquaredError(autoencoder.forward(inputs), inputs);
  });
  const latents = await latentsOf(autoencoder, { data: train.inputs.split(500) });
  return { autoencoder, train, latents, test: await drawFaces(sizes.test, "test") };
}

let learnt: Promise<LearntFaces> | undefined;

/** Learnt once, for all chapters. */
export function learntFaces(): Promise<LearntFaces> {
  return (learnt ??= learnFaces());
}

/** Faces that lack something, and what becomes of them along its direction. */
interface Push {
  readonly attribute: string;
  /** How many times the direction was added. */
  readonly times: number;
  /** Share that the judge calls smiling, or wide-eyed: of the reconstructions, and pushed. */
  readonly before: number;
  readonly after: number;
  /** By how much each attribute rises in the mean, as judged. */
  readonly rises: Readonly<Record<string, number>>;
  /** A few: as drawn, reconstructed, pushed. */
  readonly pictures: readonly Tensor[];
}

/** The direction leads from the mean of those who lack it to the mean of those who have it. */
async function push(attribute: string, times: number, judge: FaceJudge): Promise<Push> {
  const { autoencoder, train, test, latents } = await learntFaces();
  const direction = meanDifference(latents, train.values[attribute]!);
  const lacking = test.values[attribute]!.flatMap((value, i) => (value < -0.2 ? [i] : []));
  const originals = test.inputs.indexSelect(0, lacking);
  const codes = await inParts(autoencoder.encoder, originals);
  const rebuilt = await inParts(autoencoder.decoder, codes);
  const pushed = await inParts(autoencoder.decoder, codes.add(direction.mul(times)));
  const [before, after] = [await judge.judge(rebuilt), await judge.judge(pushed)];
  return {
    attribute,
    times,
    before: positiveShare(before[attribute]!),
    after: positiveShare(after[attribute]!),
    rises: Object.fromEntries(
      faceAttributes.map((name) => [name, meanOf(after[name]!) - meanOf(before[name]!)]),
    ),
    pictures: [originals, rebuilt, pushed].map((faces) => faces.narrow(0, 0, 6)),
  };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const positiveShare = (values: readonly number[]): number =>
  meanOf(values.map((value) => (value > 0 ? 1 : 0)));

/** How much faces differ from those whose latents are nearest, in the mean over all attributes. */
async function compareNeighbors(): Promise<{
  readonly neighbors: number;
  readonly strangers: number;
}> {
  const { autoencoder, test, train, latents } = await learntFaces();
  const codes = await inParts(autoencoder.encoder, test.inputs.narrow(0, 0, 500));
  const { indices } = await nearestNeighbors(codes, latents);
  const difference = (other: (i: number) => number): number =>
    meanOf(
      Object.entries(train.values).flatMap(([name, values]) =>
        indices.map((_, i) => Math.abs(test.values[name]![i]! - values[other(i)]!)),
      ),
    );
  return { neighbors: difference((i) => indices[i]![0]!), strangers: difference((i) => i) };
}

interface Autoencoding {
  readonly error: number;
  readonly likeness: Awaited<ReturnType<typeof compareNeighbors>>;
  readonly pushes: readonly Push[];
}

async function run(): Promise<Autoencoding> {
  const { autoencoder, train, test } = await learntFaces();
  const judge = await trainJudge(train, "blurred");
  const rebuilt = await inParts(autoencoder, test.inputs);
  const pushes: Push[] = [];
  for (const times of [0.5, 1, 1.5, 2]) pushes.push(await push("smile", times, judge));
  for (const times of [1, 1.5, 2, 3]) pushes.push(await push("eyes", times, judge));
  return {
    error: await meanSquaredError(rebuilt, test.inputs).item(),
    likeness: await compareNeighbors(),
    pushes,
  };
}

export const autoencoders: Chapter<Autoencoding> = {
  number: 17,
  title: "Autoencoders",
  claim:
    "An autoencoder keeps a face in 64 numbers, where faces alike lie close together; the vector between the means of the smiling and the frowning makes frowning faces smile and leaves the rest alone, and one for the eyes opens them.",
  file: import.meta.filename,
  run,
  figures: ({ error, likeness, pushes }) => [
    { what: "squared error of faces not seen, pixels from 0 to 1", value: round(error) },
    {
      what: "mean difference of attributes (−1 to 1): nearest latents; any two faces",
      value: `${round(likeness.neighbors)}; ${round(likeness.strangers)}`,
    },
    ...pushes.map(({ attribute, times, before, after, rises }) => ({
      what: `${attribute} + ${times} × its vector: share judged to have it, before and after; rise of ${Object.keys(rises).join(", ")}`,
      value: `${round(before)} to ${round(after)}; ${Object.values(rises)
        .map((rise) => rise.toFixed(2))
        .join(", ")}`,
    })),
  ],
  plots: async ({ pushes }) => ({
    "Frowning faces: drawn, rebuilt, with 1, 1.5 and 2 times the smile vector": await pictureGrid(
      picturesOf(pushes, "smile", [1, 1.5, 2]),
      6,
    ),
    "Sleepy faces: drawn, rebuilt, with 1, 2 and 3 times the vector of open eyes":
      await pictureGrid(picturesOf(pushes, "eyes", [1, 2, 3]), 6),
  }),
};

function picturesOf(pushes: readonly Push[], attribute: string, times: readonly number[]): Tensor {
  const shown = times.map((wanted) =>
    pushes.find((each) => each.attribute === attribute && each.times === wanted)!,
  );
  return concatenate([
    ...shown[0]!.pictures.slice(0, 2),
    ...shown.map(({ pictures }) => pictures[2]!),
  ]);
}
