import {
  collectFeatures,
  frechetDistance,
  withFloor,
  type Features,
  type GenerativeModel,
} from "@dl/generator";
import { concatenate, Generator, type Tensor } from "@dl/tensor";
import { mixtureSampler, normalSampler, priorSampler, secondStageSampler } from "@dl/vae";
import { learntFaces } from "./autoencoders.ts";
import { round, type Chapter } from "./chapter.ts";
import { inParts, sizes, trainJudge, type FaceJudge } from "./faces.ts";
import { pictureGrid } from "./picture-grid.ts";

const latents = {
  "N(0, 1)": "the standard normal",
  normal: "a normal fitted to the latents",
  mixture: "a mixture of normals fitted to the latents",
  "second stage": "a variational autoencoder of the latents",
} as const;
type Sampler = keyof typeof latents;

/** One decoder, four ways to draw what it decodes. */
async function samplers(): Promise<Readonly<Record<Sampler, GenerativeModel>>> {
  const { autoencoder, latents: codes } = await learntFaces();
  const generator = new Generator(18);
  return {
    "N(0, 1)": priorSampler(autoencoder, 64),
    normal: normalSampler(autoencoder, codes),
    mixture: await mixtureSampler(autoencoder, codes, {
      components: sizes.components,
      restarts: 1,
      iterations: 40,
      ridge: 1e-4,
      generator,
    }),
    "second stage": await secondStageSampler(autoencoder, codes, {
      hidden: 256,
      epochs: sizes.secondEpochs,
      generator,
    }),
  };
}

/** Fréchet distances to faces not seen, in features of two networks. */
interface Distances {
  /** In features of a network that judges sharp pictures, and of one that looks past blur. */
  readonly sharp: number;
  readonly blurred: number;
}

interface FaceGenerators {
  readonly distances: Readonly<Record<Sampler | "reconstructions" | "floor", Distances>>;
  /** A few of each. */
  readonly samples: Readonly<Record<Sampler, Tensor>>;
}

/** Held against the features of the test faces, one half of which is held against the other. */
async function distancesIn(
  { features }: FaceJudge,
  sources: Readonly<Record<string, GenerativeModel | Tensor>>,
): Promise<Record<string, number>> {
  const { test } = await learntFaces();
  const real: Features = await collectFeatures(features, test.inputs);
  const distances: Record<string, number> = {};
  for (const [name, source] of Object.entries(sources)) {
    const generator = new Generator(19);
    const made = await collectFeatures(features, source, { count: sizes.test, generator });
    const { value, floor } = await withFloor(frechetDistance, made, real);
    distances[name] = value.distance;
    distances["floor"] = floor.distance;
  }
  return distances;
}

async function run(): Promise<FaceGenerators> {
  const { autoencoder, train, test } = await learntFaces();
  const models = await samplers();
  const sources = { reconstructions: await inParts(autoencoder, test.inputs), ...models };
  const sharp = await distancesIn(await trainJudge(train, "sharp"), sources);
  const blurred = await distancesIn(await trainJudge(train, "blurred"), sources);
  const distances = Object.fromEntries(
    Object.keys(sharp).map((name) => [name, { sharp: sharp[name]!, blurred: blurred[name]! }]),
  ) as FaceGenerators["distances"];
  const samples = Object.fromEntries(
    Object.entries(models).map(([name, model]) => [
      name,
      model.sample(6, { generator: new Generator(20) }),
    ]),
  ) as FaceGenerators["samples"];
  return { distances, samples };
}

export const faceGenerators: Chapter<FaceGenerators> = {
  number: 18,
  title: "Autoencoder to generator",
  claim:
    "Encode the faces, fit a normal to the latents, draw from it and decode: that makes faces, where decoding plain normal noise does not. A mixture of normals fits them more closely still; a second autoencoder, for the latents, does too by a sharp judge, not yet by a blur-proof one.",
  file: import.meta.filename,
  run,
  figures: ({ distances: { floor, reconstructions, ...made } }) => [
    row("two halves of the test faces (the floor)", floor),
    row("reconstructions of the test faces", reconstructions),
    ...Object.entries(made).map(([name, distances]) =>
      row(`decoded: ${latents[name as Sampler]}`, distances),
    ),
  ],
  plots: async ({ samples }) => ({
    [`Rows: ${Object.values(latents).join("; ")}`]: await pictureGrid(
      concatenate(Object.values(samples)),
      6,
    ),
  }),
};

function row(what: string, { sharp, blurred }: Distances): { what: string; value: string } {
  return {
    what: `${what}: Fréchet distance in features of a sharp judge; of a blur-proof one`,
    value: `${round(sharp)}; ${round(blurred)}`,
  };
}
