export type { AdversarialLoss } from "./losses/adversarial-loss.ts";
export {
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  relativisticAverage,
  wasserstein,
} from "./losses/losses.ts";
export type { Judge, LazyPenalty, Penalty } from "./penalties/penalty.ts";
export { adversarialStep } from "./steps/adversarial-step.ts";
export type { GameScalars } from "./steps/adversarial-step.ts";
export type { AdversarialStepOptions, GeneratorTerm } from "./steps/adversarial-options.ts";
export type { Players } from "./steps/players.ts";
export { patchDiscriminator } from "./networks/patch-discriminator.ts";
export type { PatchDiscriminatorOptions } from "./networks/patch-discriminator.ts";
export type { PictureNetworkOptions } from "./networks/picture-layers.ts";
export { resnetGenerator } from "./networks/resnet-generator.ts";
export type { ResnetGeneratorOptions } from "./networks/resnet-options.ts";
export { unetGenerator } from "./networks/unet-generator.ts";
export type { UnetGenerator, UnetGeneratorOptions } from "./networks/unet-options.ts";
export { ImagePool } from "./image-pool.ts";
export type { ImagePoolOptions } from "./image-pool.ts";
export { cycleStep } from "./steps/cycle-step.ts";
export type { CycleStepOptions } from "./steps/cycle-options.ts";
export type { CycleScalars, Directions, Side, Sides, UnpairedBatch } from "./steps/cycle-sides.ts";
export { pairStep } from "./steps/pair-step.ts";
export type { PairScalars, PairStepOptions } from "./steps/pair-options.ts";
