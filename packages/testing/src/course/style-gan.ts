import { TensorDataset } from "@dl/data";
import {
  lazyRates,
  mixStyles,
  projectStyles,
  r1Penalty,
  StyleDiscriminator,
  StyleGenerator,
  styleStep,
} from "@dl/gan";
import { collectFeatures, frechetDistance, precisionRecall } from "@dl/generator";
import { Adam, lambdaSchedule, Scheduler } from "@dl/optim";
import { concatenate, Generator, normal, type Tensor } from "@dl/tensor";
import { fit, ModelAverage } from "@dl/training";
import { round, type Chapter } from "./chapter.ts";
import { drawFaces, inParts, trainJudge, type FaceJudge, type Faces } from "./faces.ts";
import { pictureGrid } from "./picture-grid.ts";

const isLong = process.env["DL_COURSE"] === "write";
const sizes = isLong
  ? { channels: [32, 32, 16, 16], width: 64, mapping: 4, train: 16_000, test: 4000, steps: 2500 }
  : { channels: [16, 16, 12, 8], width: 32, mapping: 2, train: 2000, test: 500, steps: 150 };
const batch = 16;
const count = isLong ? 500 : 100;
/** Layers at 4x4 and 8x8; those at 16x16 and 32x32 follow. */
const coarse = 3;

/** Faces from 0 to 1, as they are judged and shown, of pictures from −1 to 1. */
const facesOf = (pictures: Tensor): Tensor => pictures.add(1).mul(0.5).clamp(0, 1);

/** Plays the game; the rates fall to 0 over the last third. Gives the average of the generators. */
async function train({ inputs }: Faces, seed: number): Promise<StyleGenerator> {
  const generator = new Generator(seed);
  const { channels, width, steps } = sizes;
  const model = new StyleGenerator({ channels, width, mappingLayers: sizes.mapping, generator });
  const discriminator = new StyleDiscriminator({ channels, depth: 1, generator });
  const rates = { learningRate: 3e-3, beta1: 0, beta2: 0.99 };
  const optimizers = {
    generator: new Adam(model.parameters(), lazyRates(rates, 8)),
    discriminator: new Adam(discriminator.parameters(), lazyRates(rates, 16)),
  };
  const falling = lambdaSchedule((i) => Math.min(1, (3 * (steps - i)) / steps));
  const step = styleStep<Tensor>(model, discriminator, {
    optimizers,
    lazyPenalties: [{ penalty: r1Penalty({ weight: 0.1 }), every: 16 }],
    pathLengthWeight: 0.1,
    generator,
  });
  const data = new TensorDataset({ pictures: inputs.mul(2).sub(1).clone() });
  const average = new ModelAverage(model, { decay: isLong ? 0.998 : 0.95 });
  await fit(step, {
    data: {
      *[Symbol.iterator]() {
        for (let i = 0; i < steps; i++) yield data.sample(batch, { generator }).pictures;
      },
    },
    epochs: 1,
    averages: average,
    schedule: Object.values(optimizers).map((optimizer) => new Scheduler(optimizer, falling)),
    generators: [generator],
  });
  return average.model;
}

/** Of samples truncated so far: Fréchet distance to faces not seen, how many look like one, how many of those are met. */
async function quality(model: StyleGenerator, judge: FaceJudge, test: Faces, psi: number) {
  const real = await collectFeatures(judge.features, test.inputs);
  const drawn = [];
  for (const generator = new Generator(19); drawn.length * 100 < sizes.test;) {
    drawn.push(facesOf(model.sample(100, { truncation: psi, generator })));
    await drawn.at(-1)!.data();
  }
  const samples = concatenate(drawn);
  const made = await collectFeatures(judge.features, samples);
  const { distance } = await frechetDistance(made, real);
  return { psi, distance, ...(await precisionRecall(made, real)), samples };
}

/** What can be told of pictures: the attributes as judged, and the colours of the upper corners. */
async function traitsOf(judge: FaceJudge, faces: Tensor): Promise<Record<string, Float64Array>> {
  const corners = [0, 28].map((left) => faces.slice([null, null, [0, 4], [left, left + 4]]));
  const background = await concatenate(corners, 3).mean([2, 3]).flatten().data();
  const judged = Object.entries(await judge.judge(faces));
  return {
    ...Object.fromEntries(judged.map(([name, values]) => [name, Float64Array.from(values)])),
    background: Float64Array.from(background),
  };
}

/** Share of the way from one picture's trait to another's, by regression: 0 as before, 1 as the source. */
function share(before: Float64Array, after: Float64Array, source: Float64Array): number {
  let [moved, way] = [0, 0];
  before.forEach((from, i) => {
    moved += (after[i]! - from) * (source[i]! - from);
    way += (source[i]! - from) ** 2;
  });
  return moved / way;
}

/** Swaps styles of coarse and of fine layers between pairs; then changes the noise and nothing else. */
async function mixing(model: StyleGenerator, judge: FaceJudge) {
  const generator = new Generator(29);
  const draw = (): Tensor => model.styles(normal([count, model.latent], { generator })).detach();
  const [destination, source] = [draw(), draw()];
  const noise = model.synthesis.drawNoise(1, { generator });
  const other = model.synthesis.drawNoise(1, { generator });
  const make = async (styles: Tensor, under = noise): Promise<Tensor> =>
    facesOf(await inParts({ forward: (at) => model.synthesis.forward(at, under) }, styles));
  const made = {
    destination: await make(destination),
    source: await make(source),
    coarse: await make(mixStyles(destination, source, { to: coarse })),
    fine: await make(mixStyles(destination, source, { from: coarse })),
    noise: await make(destination, other),
  };
  const [before, goal] = [
    await traitsOf(judge, made.destination),
    await traitsOf(judge, made.source),
  ];
  const sharesOf = async (faces: Tensor): Promise<Record<string, number>> => {
    const after = await traitsOf(judge, faces);
    const shares = Object.keys(goal).map((name) => [
      name,
      share(before[name]!, after[name]!, goal[name]!),
    ]);
    return Object.fromEntries(shares) as Record<string, number>;
  };
  const differences = async (faces: Tensor): Promise<number> =>
    await faces.sub(made.destination).square().mean().sqrt().item();
  return {
    made,
    coarse: await sharesOf(made.coarse),
    fine: await sharesOf(made.fine),
    noise: await sharesOf(made.noise),
    change: { noise: await differences(made.noise), source: await differences(made.source) },
  };
}

/** Looks for faces that were never seen, by pixels and by what a judge sees in them. */
async function projection(model: StyleGenerator, judge: FaceJudge, test: Faces) {
  const wanted = test.inputs.narrow(0, 0, isLong ? 64 : 16);
  const { styles, noise, errors } = await projectStyles(model, wanted.mul(2).sub(1), {
    steps: isLong ? 400 : 60,
    features: (pictures) => judge.features.forward(facesOf(pictures)),
    featureWeight: 0.02,
    perLayer: true,
    generator: new Generator(31),
  });
  const found = facesOf(model.synthesis.forward(styles, noise));
  const mean = test.inputs.mean(0, { keepDims: true });
  return {
    // Of pixels from 0 to 1, where the generator's lie between −1 and 1.
    error: errors.reduce((sum, error) => sum + error, 0) / errors.length / 4,
    meanPicture: await wanted.sub(mean).square().mean().item(),
    pictures: [wanted, found].map((faces) => faces.narrow(0, 0, 8)),
  };
}

async function run() {
  const [learnt, test] = [
    await drawFaces(sizes.train, "train", 1),
    await drawFaces(sizes.test, "test", 1),
  ];
  const judge = await trainJudge(learnt, "sharp");
  const untrained = new StyleGenerator({
    channels: sizes.channels,
    width: sizes.width,
    mappingLayers: sizes.mapping,
    generator: new Generator(1),
  });
  const model = await train(learnt, 1);
  const truncated = [];
  for (const psi of [1, 0.7, 0.5]) truncated.push(await quality(model, judge, test, psi));
  return {
    before: (await quality(untrained, judge, test, 1)).distance,
    truncated,
    mixed: await mixing(model, judge),
    projected: await projection(model, judge, test),
  };
}

type StyleGan = Awaited<ReturnType<typeof run>>;

export const styleGan: Chapter<StyleGan> = {
  number: 15,
  title: "StyleGAN",
  claim:
    "A latent becomes a style that is fed to every layer. Swapping the styles of coarse layers between two faces moves the tilt and leaves the background alone, swapping those of fine layers the reverse; other noise moves none of these (after so few pictures the generator hardly uses it). Truncation trades recall for precision, and a style can be found for a face that was never seen.",
  file: import.meta.filename,
  run,
  figures: ({ before, truncated, mixed, projected }) => [
    {
      what: "Fréchet distance to faces not seen, before training and after",
      value: `${round(before)}; ${round(truncated[0]!.distance)}`,
    },
    ...truncated.map(({ psi, distance, precision, recall }) => ({
      what: `truncation ${psi}: Fréchet distance; precision; recall`,
      value: `${round(distance)}; ${round(precision)}; ${round(recall)}`,
    })),
    ...(["coarse", "fine", "noise"] as const).map((which) => ({
      what: `${which === "noise" ? "other noise" : `${which} layers from the source`}: share of the way that ${Object.keys(mixed[which]).join(", ")} move`,
      value: Object.values(mixed[which])
        .map((moved) => moved.toFixed(2))
        .join(", "),
    })),
    {
      what: "root mean square change of pixels: other noise; another face",
      value: `${round(mixed.change.noise)}; ${round(mixed.change.source)}`,
    },
    {
      what: "mean square error of projected faces not seen; of the mean face",
      value: `${round(projected.error)}; ${round(projected.meanPicture)}`,
    },
  ],
  plots: async ({ truncated, mixed: { made }, projected }) => ({
    "Samples: not truncated, to 0.7 and to 0.5": await pictureGrid(
      concatenate(truncated.map(({ samples }) => samples.narrow(0, 0, 12))),
      12,
    ),
    "Rows: destination; source; coarse layers from the source; fine layers from the source; other noise":
      await pictureGrid(
        concatenate(
          [made.destination, made.source, made.coarse, made.fine, made.noise].map((faces) =>
            faces.narrow(0, 0, 12),
          ),
        ),
        12,
      ),
    "Faces not seen, and what was found for them": await pictureGrid(
      concatenate(projected.pictures),
      8,
    ),
  }),
};
