export { adversarialAccuracy } from "./attacks/adversarial-accuracy.ts";
export type { AdversarialAccuracyOptions, RobustAccuracy } from "./attacks/adversarial-accuracy.ts";
export type { AttackOptions, Bounds } from "./attacks/attack-options.ts";
export type { AttackProgress } from "./attacks/attack-pace.ts";
export { fgsm } from "./attacks/fgsm.ts";
export { adversarialAdded, adversarialOnly } from "./attacks/lessons.ts";
export type { Lesson } from "./attacks/lessons.ts";
export { pgd } from "./attacks/pgd.ts";
export type { PgdOptions } from "./attacks/pgd.ts";
export { pgdAttack } from "./attacks/pgd-attack.ts";
export type { Attack, PgdAttackOptions } from "./attacks/pgd-attack.ts";
export { gameHealth } from "./health/game-health.ts";
export type { GameHealth, GameHealthOptions } from "./health/game-health.ts";
export { gameReport } from "./health/game-report.ts";
export type {
  GameFigures,
  GameReport,
  GameReportOptions,
  KnownModes,
} from "./health/game-report.ts";
export { gameVerdict } from "./health/game-verdict.ts";
export type { GameState, GameVerdict } from "./health/game-verdict.ts";
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
export { styleStep } from "./steps/style-step.ts";
export type { StyleScalars } from "./steps/path-length-turn.ts";
export type { StyleStepOptions } from "./steps/style-options.ts";
export { EqualizedConv2d } from "./style/equalized-conv2d.ts";
export type { EqualizedConv2dOptions } from "./style/equalized-conv2d.ts";
export { EqualizedLinear } from "./style/equalized-linear.ts";
export type { EqualizedLinearOptions } from "./style/equalized-linear.ts";
export type { Taps } from "./style/fold-filter.ts";
export { lazyRates } from "./style/lazy-rates.ts";
export type { LazyRates } from "./style/lazy-rates.ts";
export { MappingNetwork } from "./style/mapping-network.ts";
export type { MappingNetworkOptions } from "./style/mapping-network.ts";
export { modulatedConv2d } from "./style/modulate.ts";
export type { ModulationOptions } from "./style/modulate.ts";
export { ModulatedConv2d } from "./style/modulated-conv2d.ts";
export type { ModulatedConv2dOptions } from "./style/modulated-conv2d.ts";
export { pathLengthPenalty, pathLengths } from "./style/path-length-penalty.ts";
export type { PathLengthPenaltyOptions } from "./style/path-length-penalty.ts";
export { projectStyles } from "./style/project-styles.ts";
export type { ProjectOptions, Projection } from "./style/project-styles.ts";
export { StyleDiscriminator } from "./style/style-discriminator.ts";
export type { StyleDiscriminatorOptions } from "./style/style-discriminator.ts";
export type {
  StyleGeneratorOptions,
  StyleOptions,
  StyleSampleOptions,
} from "./style/generator-options.ts";
export { StyleGenerator } from "./style/style-generator.ts";
export { mixStyles } from "./style/style-mixing.ts";
export type { MixOptions } from "./style/style-mixing.ts";
export { SynthesisNetwork } from "./style/synthesis-network.ts";
export type { SynthesisOptions } from "./style/synthesis-network.ts";
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
export { adversarialTrainingStep } from "./steps/adversarial-training-step.ts";
export type { AdversarialTrainingOptions } from "./steps/adversarial-training-step.ts";
