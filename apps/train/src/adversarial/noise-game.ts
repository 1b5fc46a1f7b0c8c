import { Independent, Normal } from "@dl/distributions";
import {
  adversarialStep,
  dcganDiscriminator,
  dcganGenerator,
  hinge,
  nonSaturating,
  type PictureSize,
} from "@dl/gan";
import { freshAverage, LatentGenerator, latentWalk } from "@dl/generator";
import { Generator, zeros, type Tensor } from "@dl/tensor";
import { inEvaluation, ModelAverage } from "@dl/training";
import type { Gallery } from "../generative/gallery.ts";
import type { PictureBatch } from "../generative/picture-model.ts";
import type { MakeOptimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
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
    gallery: () => Promise.resolve(galleryOf(average.model)),
  };
}

/** New pictures, and walks between two of them. */
function galleryOf(model: LatentGenerator): Gallery {
  return inEvaluation("train", { model }, () => {
    const random = { generator: new Generator(0) };
    const ends = model.latent.sample([2, walks], random);
    const walk = latentWalk(ends.select(0, 0), ends.select(0, 1), perRow).transpose(0, 1);
    const made = model.forward(walk.reshape([-1, latent])) as Tensor;
    return new Map([
      ["new pictures", toUnit(model.sample(sampleRows * perRow, random))],
      ["on the way from one to another", toUnit(made)],
    ]);
  });
}
