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
export { draganPenalty, gradientPenalty } from "./penalties/gradient-penalty.ts";
export type { DraganOptions, TargetSlopeOptions } from "./penalties/gradient-penalty.ts";
export type { Judge, LazyPenalty, Penalty } from "./penalties/penalty.ts";
export { r1Penalty, r2Penalty } from "./penalties/zero-centered.ts";
export type { SlopePenaltyOptions } from "./penalties/zero-centered.ts";
export { adversarialStep } from "./steps/adversarial-step.ts";
export type { AdversarialStepOptions, GeneratorTerm, Scores } from "./steps/adversarial-options.ts";
export type { GameScalars } from "./steps/game-scalars.ts";
export type { Players } from "./steps/players.ts";
export { styleStep } from "./steps/style-step.ts";
export type { StyleScalars } from "./steps/path-length-turn.ts";
export type { StyleStepOptions } from "./steps/style-options.ts";
export { MinibatchDeviation } from "./stabilizers/minibatch-deviation.ts";
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
