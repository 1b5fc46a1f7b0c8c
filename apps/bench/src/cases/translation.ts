import {
  cycleStep,
  leastSquares,
  nonSaturating,
  pairStep,
  patchDiscriminator,
  resnetGenerator,
  unetGenerator,
} from "@dl/gan";
import { ModuleDict } from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator, uniform, type Tensor } from "@dl/tensor";
import type { BenchCase } from "./bench-case.ts";
import { gameWork } from "./game-work.ts";

const seed = 1;
const adam = { learningRate: 2e-4, beta1: 0.5, beta2: 0.999 };

/** Pairs of pictures. */
export const pix2pix: BenchCase = {
  id: "pix2pix",
  group: "training",
  definition:
    "U-Net of five halvings, 16-32-64-128-128 channels, instance norm, no dropout; PatchGAN of two halvings from 16 channels on input and output; cross-entropy with logits, half of it for the discriminator, and 100 times the absolute difference; Adam(2e-4, 0.5, 0.999) each; one update each; batch 8 of 3x32x32",
  kind: "pix2pix",
  params: { batch: 8 },
  samples: 8,
  checkParams: { batch: 2 },
  build(setting, { batch }) {
    const options = { ...setting, generator: new Generator(seed) };
    const model = unetGenerator({ width: 16, depth: 5, dropout: 0, ...options });
    const discriminator = patchDiscriminator({ inChannels: 6, width: 16, layers: 2, ...options });
    const step = pairStep(model, discriminator, {
      optimizers: {
        generator: new Adam(model.parameters(), adam),
        discriminator: new Adam(discriminator.parameters(), adam),
      },
      loss: nonSaturating,
    });
    const pictures = (): Tensor => uniform([batch!, 3, 32, 32], { low: -1, high: 1, ...options });
    const pair = { inputs: pictures(), targets: pictures() };
    return gameWork(
      () => step.step(pair),
      [...model.parameters(), ...discriminator.parameters(), pair.inputs, pair.targets],
      model,
    );
  },
};

/** Two bags of pictures. */
export const cyclegan: BenchCase = {
  id: "cyclegan",
  group: "training",
  definition:
    "two ResNet generators of two halvings and six blocks from 16 channels, kernels 7, reflection, instance norm; two PatchGANs of two halvings from 16 channels; least squares, half of it for the discriminators, 10 times the absolute difference after there and back; Adam(2e-4, 0.5, 0.999) for both kinds; one update each; no pool; batch 4 of 3x32x32",
  kind: "cyclegan",
  params: { batch: 4, blocks: 6 },
  samples: 4,
  checkParams: { batch: 1, blocks: 1 },
  build(setting, { batch, blocks }) {
    const options = { ...setting, generator: new Generator(seed) };
    const translator = () => resnetGenerator({ width: 16, blocks: blocks!, ...options });
    const judge = () => patchDiscriminator({ width: 16, layers: 2, ...options });
    const generators = { aToB: translator(), bToA: translator() };
    const discriminators = { a: judge(), b: judge() };
    const [players, judges] = [new ModuleDict(generators), new ModuleDict(discriminators)];
    const step = cycleStep(generators, discriminators, {
      optimizers: {
        generator: new Adam(players.parameters(), adam),
        discriminator: new Adam(judges.parameters(), adam),
      },
      loss: leastSquares,
    });
    const pictures = (): Tensor => uniform([batch!, 3, 32, 32], { low: -1, high: 1, ...options });
    const bags = { a: pictures(), b: pictures() };
    // Signs of differences near 0 make its gradients differ by half a percent between types of numbers.
    return gameWork(async () => {
      const { discriminatorLoss, generatorLoss } = await step.step(bags);
      return { discriminatorLoss: discriminatorLoss!, generatorLoss };
    }, [...players.parameters(), ...judges.parameters(), bags.a, bags.b]);
  },
};
