import { nonSaturating, pairStep, patchDiscriminator, unetGenerator } from "@dl/gan";
import { concatenate, Generator, type Tensor } from "@dl/tensor";
import { inEvaluation, ModelAverage, type SupervisedBatch } from "@dl/training";
import type { MakeOptimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import type { PictureKinds } from "../pictures/load-kinds.ts";
import { framing } from "./framing.ts";
import { averaging, type GameModel } from "./game-model.ts";
import { boundaryOf, losses } from "./losses.ts";
import { asColored, firstPictures, somePictures, translator } from "./translation.ts";

const width = 24;
const perRow = 8;
const betas = { beta1: 0.5, beta2: 0.999 };

/** From pairs, one picture into another: pix2pix's networks in small. */
export function pairGame(
  { from, to }: PictureKinds,
  { seed, loss }: TrainOptions,
  optimizerOf: MakeOptimizer,
): GameModel<SupervisedBatch> {
  const generator = new Generator(seed);
  const { size, frame, unframe } = framing(to.shape[1]);
  const [inChannels, outChannels] = [from.shape[0], to.shape[0]];
  const depth = Math.log2(size) - 1;
  const model = unetGenerator({ inChannels, outChannels, width, depth, generator });
  const discriminator = patchDiscriminator({
    inChannels: inChannels + outChannels,
    width,
    layers: 2,
    generator,
  });
  const optimizers = {
    generator: optimizerOf(model.parameters(), betas),
    discriminator: optimizerOf(discriminator.parameters(), betas),
  };
  const average = new ModelAverage(model, averaging);
  const game = pairStep(model, discriminator, {
    optimizers,
    loss: loss === undefined ? nonSaturating : losses[loss],
  });
  const framed = ({ inputs, targets }: SupervisedBatch): SupervisedBatch => ({
    inputs: frame(inputs),
    targets: frame(targets),
  });
  const turn = (pictures: Tensor): Tensor =>
    inEvaluation("train", { model: average.model }, () =>
      unframe(average.model.forward(frame(pictures))),
    );
  const beside = (make: (pictures: Tensor) => Tensor) => (given: Tensor) =>
    concatenate([frame(given), frame(make(given))], 1);
  const pairsOf = (part: "train" | "test", most: number): Tensor =>
    beside(() => somePictures(to[part], most))(somePictures(from[part], most));
  return {
    modules: [model, discriminator],
    optimizers: [optimizers.generator, optimizers.discriminator],
    step: { ...game, step: (batch) => game.step(framed(batch)) },
    averages: [average],
    generators: [generator],
    freshen: {},
    sampler: translator(from.test, turn),
    game: {
      // The discriminator sees each picture beside what it was made of.
      model: translator(from.test, beside(turn)),
      discriminator,
      data: (most) => pairsOf("train", most),
      heldOut: (most) => pairsOf("test", most),
      ...boundaryOf(loss),
    },
    trained: { module: average.model, follows: model, uses: { translate: turn } },
    async gallery() {
      const [given, wanted] = [firstPictures(from.test, perRow), firstPictures(to.test, perRow)];
      return new Map([
        ["pictures not learnt from", asColored(given, outChannels)],
        ["what is made of them", turn(given)],
        ["made once more", turn(given)],
        ["what they belong to", wanted],
      ]);
    },
  };
}
