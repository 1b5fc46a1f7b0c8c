export type { AdversarialLoss } from "./losses/adversarial-loss.ts";
export { labelSmoothing } from "./losses/label-smoothing.ts";
export type { LabelSmoothingOptions } from "./losses/label-smoothing.ts";
export {
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  relativisticAverage,
  wasserstein,
} from "./losses/losses.ts";
export { dcganDiscriminator } from "./networks/dcgan-discriminator.ts";
export type { DcganDiscriminatorOptions } from "./networks/dcgan-discriminator.ts";
export { dcganGenerator } from "./networks/dcgan-generator.ts";
export type { PictureGeneratorOptions } from "./networks/dcgan-generator.ts";
export type { PictureSize, PictureSizes } from "./networks/picture-sizes.ts";
export { draganPenalty, gradientPenalty } from "./penalties/gradient-penalty.ts";
export type { DraganOptions, TargetSlopeOptions } from "./penalties/gradient-penalty.ts";
export type { Judge, LazyPenalty, Penalty } from "./penalties/penalty.ts";
export { r1Penalty, r2Penalty } from "./penalties/zero-centered.ts";
export type { SlopePenaltyOptions } from "./penalties/zero-centered.ts";
export { adversarialStep } from "./steps/adversarial-step.ts";
export type { AdversarialStepOptions, GeneratorTerm, Scores } from "./steps/adversarial-options.ts";
export type { GameScalars } from "./steps/game-scalars.ts";
export type { Players } from "./steps/players.ts";
