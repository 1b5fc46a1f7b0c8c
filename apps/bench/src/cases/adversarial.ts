import { Conv2d, ConvTranspose2d } from "@dl/conv";
import {
  BatchNorm,
  binaryCrossEntropyWithLogits,
  Flatten,
  LeakyReLU,
  Linear,
  ReLU,
  Sequential,
  Tanh,
  Unflatten,
} from "@dl/nn";
import { Adam } from "@dl/optim";
import { compile, Generator, ones, uniform, zeros, type Tensor } from "@dl/tensor";
import type { BenchCase } from "./bench-case.ts";
import { noiseSource } from "./random-noise.ts";
import { gradientValues } from "./training.ts";

const seed = 1;

/** A generator and a discriminator, each updated once. */
export const dcgan: BenchCase = {
  id: "dcgan",
  group: "training",
  definition:
    "generator 64-3136, BN, ReLU, transposed convolution to 32, BN, ReLU, to 1, tanh; discriminator convolution to 32, LeakyReLU(0.2), to 64, BN, LeakyReLU(0.2), 3136-1; all 4x4, stride 2, padding 1; cross-entropy with logits; Adam(2e-4, 0.5, 0.999) each; one update on real and detached fake, one of the generator; batch 64",
  kind: "dcgan",
  params: { batch: 64 },
  samples: 64,
  checkParams: { batch: 4 },
  build(setting, { batch, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    const halves = { stride: 2, padding: 1, ...options };
    const generator = new Sequential(
      new Linear(64, 3136, options),
      new Unflatten(1, [64, 7, 7]),
      new BatchNorm(64, setting),
      new ReLU(),
      new ConvTranspose2d(64, 32, 4, halves),
      new BatchNorm(32, setting),
      new ReLU(),
      new ConvTranspose2d(32, 1, 4, halves),
      new Tanh(),
    );
    const discriminator = new Sequential(
      new Conv2d(1, 32, 4, halves),
      new LeakyReLU(0.2),
      new Conv2d(32, 64, 4, halves),
      new BatchNorm(64, setting),
      new LeakyReLU(0.2),
      new Flatten(),
      new Linear(3136, 1, options),
    );
    const adam = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999 };
    const generatorOptimizer = new Adam(generator.parameters(), adam);
    const discriminatorOptimizer = new Adam(discriminator.parameters(), adam);
    const images = uniform([batch!, 1, 28, 28], { low: -1, high: 1, ...options });
    const [draw, kept] = noiseSource([batch!, 64], options, fixedNoise);
    const [real, fake] = [ones([batch!, 1], setting), zeros([batch!, 1], setting)];
    const judge = (x: Tensor): Tensor => discriminator.forward(x);
    const losses = [NaN, NaN];
    const update = compile(() => {
      const made = generator.forward(draw());
      const discriminatorLoss = binaryCrossEntropyWithLogits(judge(images), real).add(
        binaryCrossEntropyWithLogits(judge(made.detach()), fake),
      );
      discriminatorOptimizer.zeroGrad();
      discriminatorLoss.backward();
      discriminatorOptimizer.step();
      const generatorLoss = binaryCrossEntropyWithLogits(judge(made), real);
      generatorOptimizer.zeroGrad();
      generatorLoss.backward();
      generatorOptimizer.step();
      return { discriminatorLoss, generatorLoss };
    });
    return {
      async step() {
        const { discriminatorLoss, generatorLoss } = update();
        losses[0] = await discriminatorLoss.item();
        return (losses[1] = await generatorLoss.item());
      },
      results: async () => [losses, ...(await gradientValues(generator.parameters()))],
      given: [...randomParameters(generator), ...randomParameters(discriminator), images, ...kept],
    };
  },
};

/** Normalisation begins with ones and zeros in every library. */
function randomParameters(model: Sequential): Tensor[] {
  const layers = [...model.children()].map(([, layer]) => layer);
  return layers.flatMap((layer) => (layer instanceof BatchNorm ? [] : layer.parameters()));
}
