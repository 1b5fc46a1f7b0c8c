import { lazyRates, r1Penalty, StyleDiscriminator, StyleGenerator, styleStep } from "@dl/gan";
import { Adam } from "@dl/optim";
import { Generator, normal, uniform, type Tensor } from "@dl/tensor";
import type { BenchCase } from "./bench-case.ts";
import { noiseSource } from "./random-noise.ts";

const seed = 1;
const width = 64;
const channels = [32, 32, 32, 32];
const sides = [4, 8, 8, 16, 16, 32, 32];
const [flattenEvery, smoothEvery] = [16, 8];

/** A generator with styles: so many steps, of which the first has both lazy penalties. */
export const stylegan: BenchCase = {
  id: "stylegan",
  group: "training",
  definition:
    "StyleGAN 2 in small at 32x32: mapping of 4 layers of 64, 32 channels everywhere, modulated 3x3 convolutions, noise, skip outputs, nearest enlargement; residual discriminator of 32 channels, mean of two by two, minibatch deviation of 4; cross-entropy with logits; R1 of 0.1 every 16 steps, path length of 2 every 8 on half of the batch; no mixing; Adam(2e-3, 0, 0.99) corrected for the lazy steps; batch 16; 16 steps",
  kind: "stylegan",
  params: { batch: 16, steps: 16, learningRate: 2e-3 },
  samples: 256,
  // Updates that forget at once go by the sign of a gradient: where that is nothing but rounding, they differ.
  checkParams: { batch: 2, steps: 1, learningRate: 2e-5 },
  build(setting, { batch, steps, learningRate, fixedNoise }) {
    const options = { ...setting, generator: new Generator(seed) };
    const model = new StyleGenerator({ channels, width, mappingLayers: 4, ...options });
    const discriminator = new StyleDiscriminator({ channels, ...options });
    const adam = { learningRate: learningRate!, beta1: 0, beta2: 0.99 };
    const pictures = uniform([batch!, 3, 32, 32], { low: -1, high: 1, ...options });
    const [latents, keptLatents] = noiseSource([batch!, width], options, fixedNoise);
    const noises = sides.map((side) => noiseSource([batch!, 1, side, side], options, fixedNoise));
    const [directions, keptDirections] = noiseSource([batch! / 2, 3, 32, 32], options, fixedNoise);
    const some = (x: Tensor, count: number): Tensor => x.narrow(0, 0, count);
    const step = styleStep<Tensor>(model, discriminator, {
      optimizers: {
        generator: new Adam(model.parameters(), lazyRates(adam, smoothEvery)),
        discriminator: new Adam(discriminator.parameters(), lazyRates(adam, flattenEvery)),
      },
      lazyPenalties: [{ penalty: r1Penalty({ weight: 0.1 }), every: flattenEvery }],
      pathLengthEvery: smoothEvery,
      styles: (count) =>
        model.styles(fixedNoise === 1 ? some(latents(), count) : normal([count, width], options)),
      noise: (count) =>
        fixedNoise === 1
          ? noises.map(([draw]) => some(draw(), count))
          : model.synthesis.drawNoise(count, options),
      directions: () => directions(),
    });
    const losses = [NaN, NaN];
    return {
      async step() {
        for (let i = 0; i < steps!; i++) {
          const { discriminatorLoss, generatorLoss } = await step.step(pictures);
          losses[0] = await discriminatorLoss.item();
          losses[1] = await generatorLoss!.item();
        }
        return losses[1];
      },
      results: () => Promise.resolve([losses]),
      given: [
        ...model.parameters(),
        ...discriminator.parameters(),
        pictures,
        ...keptLatents,
        ...noises.flatMap(([, kept]) => kept),
        ...keptDirections,
      ],
    };
  },
};
