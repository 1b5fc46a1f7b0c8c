export { auxiliaryClassifier, AuxiliaryDiscriminator } from "./conditional/auxiliary-classifier.ts";
export type { AuxiliaryClassifierOptions } from "./conditional/auxiliary-classifier.ts";
export { classConditional } from "./conditional/class-conditional.ts";
export type { ClassConditionalOptions } from "./conditional/class-conditional.ts";
export { ClassGenerator, ConcatenatedClasses } from "./conditional/class-generator.ts";
export type { ClassNetwork, ClassSampleOptions } from "./conditional/class-generator.ts";
export { ConditionalBatchNorm } from "./conditional/conditional-batch-norm.ts";
export type { LabelledBatch } from "./conditional/labelled-batch.ts";
export { ProjectionDiscriminator } from "./conditional/projection-discriminator.ts";
export type { ProjectionOptions } from "./conditional/projection-discriminator.ts";
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
export { snganDiscriminator, SnganFeatures } from "./networks/sngan-discriminator.ts";
export { SnganGenerator } from "./networks/sngan-generator.ts";
export type { SnganGeneratorOptions } from "./networks/sngan-generator.ts";
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
export type { Game, GameScalars } from "./steps/game.ts";
export type { Players } from "./steps/players.ts";
