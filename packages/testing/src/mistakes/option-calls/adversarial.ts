import { Independent, Normal } from "@dl/distributions";
import * as gan from "@dl/gan";
import { LatentGenerator } from "@dl/generator";
import { Embedding, Linear } from "@dl/nn";
import { SWA } from "@dl/optim";
import { ones, zeros, type Tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const latents = (): Independent => new Independent(new Normal(zeros([2]), 1), 1);
const same = (x: Tensor): Tensor => x;
const classes = (): gan.ClassGenerator =>
  new gan.ClassGenerator(new gan.ConcatenatedClasses(new Linear(3, 4), 5, 1), latents(), 5);
const weights = (): Tensor[] => [ones([2])];

/** Of players, their losses, penalties, stabilisers and steps. */
export const adversarialCalls: OptionCalls = {
  "ClassGenerator.sample": () => [
    (...given: never[]) => classes().sample(...(given as [never])),
    1,
  ],
  "new AdaptiveAugmentation": () => [gan.AdaptiveAugmentation],
  "new AuxiliaryDiscriminator": () => [gan.AuxiliaryDiscriminator, new Linear(4, 2), 2, 3],
  "new ConcatenatedClasses": () => [gan.ConcatenatedClasses, new Linear(3, 4), 5, 1],
  "new ConditionalBatchNorm": () => [gan.ConditionalBatchNorm, 4, 3],
  "new InstanceNoise": () => [gan.InstanceNoise],
  "new MinibatchDeviation": () => [gan.MinibatchDeviation],
  "new ProjectionDiscriminator": () => [gan.ProjectionDiscriminator, new Linear(4, 2), 2, 3],
  "new SnganFeatures": () => [gan.SnganFeatures],
  "new SnganGenerator": () => [gan.SnganGenerator],
  adversarialStep: () => [
    gan.adversarialStep,
    new LatentGenerator(new Linear(2, 4), latents()),
    new Linear(4, 1),
  ],
  auxiliaryClassifier: () => [gan.auxiliaryClassifier, same],
  classConditional: () => [gan.classConditional, classes(), new Embedding(2, 2)],
  dcganDiscriminator: () => [gan.dcganDiscriminator],
  dcganGenerator: () => [gan.dcganGenerator],
  differentiableAugmentation: () => [gan.differentiableAugmentation],
  draganPenalty: () => [gan.draganPenalty],
  featureMatching: () => [gan.featureMatching, same],
  gradientPenalty: () => [gan.gradientPenalty],
  historicalAveraging: () => [gan.historicalAveraging, weights(), new SWA(weights())],
  labelSmoothing: () => [gan.labelSmoothing],
  r1Penalty: () => [gan.r1Penalty],
  r2Penalty: () => [gan.r2Penalty],
  snganDiscriminator: () => [gan.snganDiscriminator],
};
