import {
  cycleStep,
  ImagePool,
  leastSquares,
  patchDiscriminator,
  resnetGenerator,
  type UnpairedBatch,
} from "@dl/gan";
import { ModuleDict } from "@dl/nn";
import { Generator, type Tensor } from "@dl/tensor";
import { inEvaluation, ModelAverage } from "@dl/training";
import type { MakeOptimizer } from "../optimizers.ts";
import type { TrainOptions } from "../options.ts";
import type { PictureKinds } from "../pictures/load-kinds.ts";
import { framing } from "./framing.ts";
import { averaging, type GameModel } from "./game-model.ts";
import { boundaryOf, losses } from "./losses.ts";
import { asColored, firstPictures, somePictures, translator } from "./translation.ts";

const [generatorWidth, discriminatorWidth] = [16, 32];
const blocks = 2;
const pooled = 50;
const perRow = 8;
const betas = { beta1: 0.5, beta2: 0.999 };

/** From two bags of pictures, one kind into the other and back: CycleGAN's networks in small. */
export function cycleGame(
  { from, to }: PictureKinds,
  { seed, loss }: TrainOptions,
  optimizerOf: MakeOptimizer,
): GameModel<UnpairedBatch> {
  const generator = new Generator(seed);
  const { size, frame, unframe } = framing(to.shape[1]);
  const [channelsA, channelsB] = [from.shape[0], to.shape[0]];
  const network = (inChannels: number, outChannels: number) =>
    resnetGenerator({
      inChannels,
      outChannels,
      width: generatorWidth,
      blocks,
      halvings: 1,
      kernelSize: 5,
      generator,
    });
  const judge = (inChannels: number) =>
    patchDiscriminator({ inChannels, width: discriminatorWidth, layers: 2, generator });
  const generators = {
    aToB: network(channelsA, channelsB),
    bToA: network(channelsB, channelsA),
  };
  const discriminators = { a: judge(channelsA), b: judge(channelsB) };
  const optimizers = {
    generator: optimizerOf(new ModuleDict(generators).parameters(), betas),
    discriminator: optimizerOf(new ModuleDict(discriminators).parameters(), betas),
  };
  const averages = {
    aToB: new ModelAverage(generators.aToB, averaging),
    bToA: new ModelAverage(generators.bToA, averaging),
  };
  const pool = (channels: number) => new ImagePool(pooled, [channels, size, size], { generator });
  const game = cycleStep(generators, discriminators, {
    optimizers,
    loss: loss === undefined ? leastSquares : losses[loss],
    identityWeight: channelsA === channelsB ? 5 : 0,
    pools: { a: pool(channelsA), b: pool(channelsB) },
  });
  const turn = (way: keyof typeof averages, pictures: Tensor): Tensor =>
    inEvaluation("train", { model: averages[way].model }, () =>
      unframe(averages[way].model.forward(frame(pictures))),
    );
  return {
    modules: [...Object.values(generators), ...Object.values(discriminators)],
    optimizers: [optimizers.generator, optimizers.discriminator],
    step: { ...game, step: ({ a, b }) => game.step({ a: frame(a), b: frame(b) }) },
    averages: Object.values(averages),
    generators: [generator],
    freshen: {},
    sampler: translator(from.test, (pictures) => turn("aToB", pictures)),
    game: {
      model: translator(from.test, (pictures) => frame(turn("aToB", pictures))),
      discriminator: discriminators.b,
      data: (most) => frame(somePictures(to.train, most)),
      heldOut: (most) => frame(somePictures(to.test, most)),
      ...boundaryOf(loss ?? "least-squares"),
    },
    trained: {
      module: new ModuleDict({ aToB: averages.aToB.model, bToA: averages.bToA.model }),
      follows: new ModuleDict(generators),
      uses: {
        translate: (pictures) => turn("aToB", pictures),
        translateBack: (pictures) => turn("bToA", pictures),
      },
    },
    async gallery() {
      const [a, b] = [firstPictures(from.test, perRow), firstPictures(to.test, perRow)];
      const [there, here] = [turn("aToB", a), turn("bToA", b)];
      const colored = (x: Tensor): Tensor => asColored(x, Math.max(channelsA, channelsB));
      return new Map([
        ["pictures not learnt from", colored(a)],
        ["what is made of them", colored(there)],
        ["and back again", colored(turn("bToA", there))],
        ["pictures of the other kind", colored(b)],
        ["what is made of them in turn", colored(here)],
      ]);
    },
  };
}
