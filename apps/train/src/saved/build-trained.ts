import { ArrayDataset } from "@dl/data";
import { Generator } from "@dl/tensor";
import { cycleGame } from "../adversarial/cycle-game.ts";
import { noiseGame } from "../adversarial/noise-game.ts";
import { pairGame } from "../adversarial/pair-game.ts";
import { styleGame } from "../adversarial/style-game.ts";
import { readerOf } from "../classification/classify.ts";
import { models as readers } from "../classification/models.ts";
import { models as remakers } from "../generative/make-pictures.ts";
import type { ModelName } from "../names.ts";
import { optimizers, type MakeOptimizer } from "../optimizers.ts";
import { parseOptions, type TrainOptions } from "../options.ts";
import type { Picture, Pictures } from "../pictures/load-pictures.ts";
import type { PictureShape, PictureShapes, Trained } from "./trained.ts";
import type { WeightsNote } from "./weights-file.ts";

/** The networks of a model without weights, to be loaded. */
export function buildTrained({ model, ...shapes }: WeightsNote): Trained {
  return builders[model](shapes);
}

const optimizerOf: MakeOptimizer = (parameters, rates) => optimizers.adam(parameters, 1e-3, rates);

const builders: { readonly [Name in ModelName]: (shapes: PictureShapes) => Trained } = {
  cnn: () => readerOf(readers.cnn(new Generator(0))),
  mlp: () => readerOf(readers.mlp(new Generator(0))),
  autoencoder: ({ shape }) => remakers.autoencoder(shape, 0, optimizerOf).trained,
  vae: ({ shape }) => remakers.vae(shape, 0, optimizerOf).trained,
  "vae-conv": ({ shape }) => remakers["vae-conv"](shape, 0, optimizerOf).trained,
  "vq-vae": ({ shape }) => remakers["vq-vae"](shape, 0, optimizerOf).trained,
  dcgan: ({ shape }) => noiseGame("dcgan", none(shape), settings("dcgan"), optimizerOf).trained,
  sngan: ({ shape }) => noiseGame("sngan", none(shape), settings("sngan"), optimizerOf).trained,
  stylegan: ({ shape }) => styleGame(none(shape), settings("stylegan"), optimizerOf).trained,
  pix2pix: (shapes) => pairGame(kinds(shapes), settings("pix2pix"), optimizerOf).trained,
  cyclegan: (shapes) => cycleGame(kinds(shapes), settings("cyclegan"), optimizerOf).trained,
};

const settings = (model: ModelName): TrainOptions =>
  parseOptions(["--model", model]) as TrainOptions;

/** No pictures, of this shape. */
function none(shape: PictureShape): Pictures {
  const inputs = { data: new Float32Array(0), shape: [0, ...shape] };
  const empty = new ArrayDataset<Picture>({ inputs });
  return { name: "none", train: empty, test: empty, shape };
}

const kinds = ({ shape, from = shape }: PictureShapes): { from: Pictures; to: Pictures } => ({
  from: none(from),
  to: none(shape),
});
