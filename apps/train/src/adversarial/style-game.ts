import { latentWalk } from "@dl/generator";
import {
  lazyRates,
  mixStyles,
  nonSaturating,
  projectStyles,
  StyleDiscriminator,
  StyleGenerator,
  styleStep,
} from "@dl/gan";
import { concatenate, Generator, normal, type Tensor } from "@dl/tensor";
import { inEvaluation, ModelAverage } from "@dl/training";
import type { PictureBatch } from "../generative/picture-model.ts";
import type { MakeOptimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
import type { Gallery, Uses } from "../saved/trained.ts";
import { framing, type Framing } from "./framing.ts";
import { averaging, type GameModel } from "./game-model.ts";
import { boundaryOf, losses, penaltiesOf } from "./losses.ts";
import { somePictures } from "./translation.ts";

const width = 64;
const perRow = 8;
const [sampleRows, walks] = [2, 2];
/** Channels at 4x4, 8x8 and so on. */
const channels = [32, 32, 16, 16, 16];
const slopeWeight = 0.1;
const pathEvery = 8;
/** Of the table of styles, what the rows show of the picture above them. */
const truncation = 0.7;

/** Pictures from noise, with styles: StyleGAN 2 in small. */
export function styleGame(
  { shape: [colors, size], train, test }: Pictures,
  { seed, loss, penalty = "r1", learningRate }: TrainOptions,
  optimizerOf: MakeOptimizer,
): GameModel<PictureBatch> {
  const generator = new Generator(seed);
  const framed = framing(size);
  const { size: whole, frame, unframe } = framed;
  const sizes = { channels: channels.slice(0, Math.log2(whole) - 1), colors, generator };
  const model = new StyleGenerator({ ...sizes, width, mappingLayers: 4 });
  const discriminator = new StyleDiscriminator(sizes);
  const rates = { learningRate, beta1: 0, beta2: 0.99 };
  const { lazyPenalties = [], ...penalties } = penaltiesOf[penalty](generator, slopeWeight);
  const [lazy] = lazyPenalties;
  const ofLazy = lazy === undefined ? rates : lazyRates(rates, lazy.every);
  const optimizers = {
    generator: optimizerOf(model.parameters(), lazyRates(rates, pathEvery)),
    discriminator: optimizerOf(discriminator.parameters(), ofLazy),
  };
  const average = new ModelAverage(model, averaging);
  const uses = usesOf(average.model, framed);
  return {
    modules: [model, discriminator],
    optimizers: [optimizers.generator, optimizers.discriminator],
    step: styleStep<PictureBatch>(model, discriminator, {
      optimizers,
      loss: loss === undefined ? nonSaturating : losses[loss],
      ...penalties,
      lazyPenalties,
      pathLengthEvery: pathEvery,
      samples: ({ inputs }) => frame(inputs),
      generator,
    }),
    averages: [average],
    generators: [generator],
    freshen: {},
    sampler: { sample: (count, options) => unframe(average.model.sample(count, options)) },
    game: {
      model,
      discriminator,
      data: (most) => frame(somePictures(train, most)),
      heldOut: (most) => frame(somePictures(test, most)),
      ...boundaryOf(loss),
    },
    trained: { module: average.model, follows: model, uses },
    gallery: () => Promise.resolve(galleryOf(uses)),
  };
}

/** New pictures, a walk, and how styles mix. */
function galleryOf({
  sample,
  interpolate,
  mixStyles: mix,
}: Required<Pick<Uses, "sample" | "interpolate" | "mixStyles">>): Gallery {
  const generator = new Generator(0);
  return new Map([
    ["new pictures", sample(sampleRows * perRow, generator)],
    ["on the way from one to another", interpolate(walks, perRow, generator)],
    ...mix(generator),
  ]);
}

/** What the generator can do by itself. */
function usesOf(model: StyleGenerator, { frame, unframe }: Framing) {
  const made = (styles: Tensor, noise: readonly Tensor[]): Tensor =>
    unframe(model.synthesis.forward(styles, noise));
  const drawn = (styles: Tensor, generator: Generator): Tensor =>
    made(styles, model.synthesis.drawNoise(styles.shape[0]!, { generator }));
  const latents = (count: number, generator: Generator): Tensor =>
    normal([count, width], { generator });
  const evaluated = <Result>(body: () => Result): Result => inEvaluation("train", { model }, body);
  return {
    sample: (count, generator) => unframe(model.sample(count, { generator })),
    interpolate: (rows, columns, generator) =>
      evaluated(() => {
        const ends = latents(2 * rows, generator).reshape([2, rows, width]);
        const walk = latentWalk(ends.select(0, 0), ends.select(0, 1), columns).transpose(0, 1);
        return drawn(model.styles(walk.reshape([-1, width])), generator);
      }),
    mixStyles: (generator) =>
      evaluated(() => {
        const source = model.styles(latents(1, generator), { truncation });
        const styles = model.styles(latents(perRow - 1, generator), { truncation });
        const given = source.expand(styles.shape);
        const coarse = { to: Math.floor(model.synthesis.layers / 2) };
        const mixed = (way: { from?: number; to?: number }): Tensor =>
          drawn(concatenate([source, mixStyles(styles, given, way)]), generator);
        return new Map([
          [
            "a picture that gives styles, and others",
            drawn(concatenate([source, styles]), generator),
          ],
          ["the others with its coarse styles", mixed(coarse)],
          ["the others with its fine styles", mixed({ from: coarse.to })],
        ]);
      }),
    async project(pictures, search) {
      const found = await projectStyles(model, frame(pictures), {
        ...search,
        perLayer: true,
        generator: new Generator(0),
      });
      return new Map([
        ["given", pictures],
        ["the nearest that were found", evaluated(() => made(found.styles, found.noise))],
      ]);
    },
  } satisfies Uses;
}
