import { nonSaturating, pairStep, patchDiscriminator, unetGenerator } from "@dl/gan";
import { Generator, type Tensor } from "@dl/tensor";
import { inEvaluation, ModelAverage, type SupervisedBatch } from "@dl/training";
import type { MakeOptimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import type { PictureKinds } from "../pictures/load-kinds.ts";
import { framing } from "./framing.ts";
import { averaging, type GameModel } from "./game-model.ts";
import { losses } from "./losses.ts";
import { asColored, firstPictures, translator } from "./translation.ts";

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
  return {
    modules: [model, discriminator],
    optimizers: [optimizers.generator, optimizers.discriminator],
    step: { ...game, step: (batch) => game.step(framed(batch)) },
    averages: [average],
    generators: [generator],
    freshen: {},
    sampler: translator(from.test, turn),
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
