import { Independent, Normal } from "@dl/distributions";
import {
  adversarialStep,
  dcganDiscriminator,
  dcganGenerator,
  hinge,
  nonSaturating,
  type PictureSize,
} from "@dl/gan";
import { freshAverage, invert, LatentGenerator, latentWalk } from "@dl/generator";
import { Generator, zeros, type Tensor } from "@dl/tensor";
import { inEvaluation, ModelAverage } from "@dl/training";
import type { PictureBatch } from "../generative/picture-model.ts";
import type { MakeOptimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
import type { Gallery, Uses } from "../saved/trained.ts";
import { averaging, toSigned, toUnit, type GameModel } from "./game-model.ts";
import { boundaryOf, losses, penaltiesOf } from "./losses.ts";
import { somePictures } from "./translation.ts";

const latent = 64;
const perRow = 8;
const [sampleRows, walks] = [4, 3];
const betas = { beta1: 0.5, beta2: 0.999 };

/** What the two kinds of game differ in: how the discriminator is kept in bounds, and the loss. */
const kinds = {
  dcgan: { normalization: "batch", loss: nonSaturating },
  sngan: { normalization: "spectral", loss: hinge },
} as const;

/** Pictures from noise: DCGAN's networks, with batch norms, or a discriminator of spectral norms. */
export function noiseGame(
  kind: keyof typeof kinds,
  { shape: [channels, size], train, test }: Pictures,
  { seed, loss, penalty = "none" }: TrainOptions,
  optimizerOf: MakeOptimizer,
): GameModel<PictureBatch> {
  const [generator, fresh] = [new Generator(seed), new Generator(seed, 1)];
  const { normalization, loss: usual } = kinds[kind];
  const sizes = { size: size as PictureSize, channels, generator };
  const noise = new Independent(new Normal(zeros([latent]), 1), 1);
  const model = new LatentGenerator(dcganGenerator({ ...sizes, latent, width: 16 }), noise);
  // A slope is a sample's own only where no batch norm mixes samples.
  const held = penalty !== "none" && normalization === "batch" ? "none" : normalization;
  const discriminator = dcganDiscriminator({ ...sizes, width: 16, normalization: held });
  const optimizers = {
    generator: optimizerOf(model.parameters(), betas),
    discriminator: optimizerOf(discriminator.parameters(), betas),
  };
  const average = new ModelAverage(model, averaging);
  const uses = usesOf(average.model);
  return {
    modules: [model, discriminator],
    optimizers: [optimizers.generator, optimizers.discriminator],
    step: adversarialStep<PictureBatch>(model, discriminator, {
      optimizers,
      loss: loss === undefined ? usual : losses[loss],
      ...penaltiesOf[penalty](generator),
      samples: ({ inputs }) => toSigned(inputs),
      generator,
    }),
    averages: [average],
    generators: [generator, fresh],
    freshen: freshAverage(average, { generator: fresh }),
    sampler: { sample: (count, options) => toUnit(average.model.sample(count, options)) },
    game: {
      model,
      discriminator,
      data: (most) => toSigned(somePictures(train, most)),
      heldOut: (most) => toSigned(somePictures(test, most)),
      ...boundaryOf(loss),
    },
    trained: { module: average.model, follows: model, uses },
    gallery: () => Promise.resolve(galleryOf(uses)),
  };
}

/** New pictures, and walks between two of them. */
function galleryOf({
  sample,
  interpolate,
}: Required<Pick<Uses, "sample" | "interpolate">>): Gallery {
  const generator = new Generator(0);
  return new Map([
    ["new pictures", sample(sampleRows * perRow, generator)],
    ["on the way from one to another", interpolate(walks, perRow, generator)],
  ]);
}

/** What the generator can do by itself. */
function usesOf(model: LatentGenerator) {
  const made = (latents: Tensor): Tensor => toUnit(model.forward(latents) as Tensor);
  const evaluated = (body: () => Tensor): Tensor => inEvaluation("train", { model }, body);
  return {
    sample: (count, generator) => toUnit(model.sample(count, { generator })),
    interpolate: (rows, columns, generator) =>
      evaluated(() => {
        const ends = model.latent.sample([2, rows], { generator });
        const walk = latentWalk(ends.select(0, 0), ends.select(0, 1), columns).transpose(0, 1);
        return made(walk.reshape([-1, latent]));
      }),
    async project(pictures, search) {
      const start = zeros([pictures.shape[0]!, latent]);
      const found = await invert(made, pictures, start, { ...search, priorWeight: 0.01 });
      return new Map([
        ["given", pictures],
        ["the nearest that were found", evaluated(() => made(found.latents))],
      ]);
    },
  } satisfies Uses;
}
