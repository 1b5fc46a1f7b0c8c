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
export { AdaptiveAugmentation } from "./stabilizers/adaptive-augmentation.ts";
export type { AdaptiveAugmentationOptions } from "./stabilizers/adaptive-augmentation.ts";
export type { AugmentationPolicy } from "./stabilizers/augmentation-policy.ts";
export { clipWeights } from "./stabilizers/clip-weights.ts";
export { differentiableAugmentation } from "./stabilizers/differentiable-augmentation.ts";
export { featureMatching } from "./stabilizers/feature-matching.ts";
export type { FeatureMatchingOptions } from "./stabilizers/feature-matching.ts";
export { historicalAveraging } from "./stabilizers/historical-averaging.ts";
export type { HistoricalAveragingOptions } from "./stabilizers/historical-averaging.ts";
export { InstanceNoise } from "./stabilizers/instance-noise.ts";
export type { InstanceNoiseOptions } from "./stabilizers/instance-noise.ts";
export { MinibatchDeviation } from "./stabilizers/minibatch-deviation.ts";
export type { MinibatchDeviationOptions } from "./stabilizers/minibatch-deviation.ts";
export { adversarialStep } from "./steps/adversarial-step.ts";
export type { AdversarialStepOptions, GeneratorTerm, Scores } from "./steps/adversarial-options.ts";
export type { GameScalars } from "./steps/game-scalars.ts";
export type { Players } from "./steps/players.ts";
