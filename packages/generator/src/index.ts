export type { GenerativeModel } from "./generative-model.ts";
export { BernoulliHead, CategoricalHead, ContinuousBernoulliHead } from "./heads/discrete-heads.ts";
export { DiscretizedLogistic } from "./heads/discretized-logistic.ts";
export type { LevelOptions } from "./heads/discretized-logistic.ts";
export { DiscretizedLogisticHead } from "./heads/discretized-logistic-head.ts";
export type { DiscretizedLogisticOptions } from "./heads/discretized-logistic-head.ts";
export { DistributionNetwork } from "./heads/distribution-network.ts";
export { Head, headKind } from "./heads/head.ts";
export {
  DiagonalNormalHead,
  FixedNormalHead,
  LearntNormalHead,
  ScalarNormalHead,
} from "./heads/normal-heads.ts";
export type { DiagonalNormal, LearntNormalOptions } from "./heads/normal-heads.ts";
export type { LogVarianceBounds } from "./heads/bounded-log-variance.ts";
export { OptimalNormalHead } from "./heads/optimal-normal-head.ts";
export type { OptimalNormalOptions } from "./heads/optimal-normal-head.ts";
export { LatentGenerator } from "./latent-generator.ts";
export type { LatentNetwork } from "./latent-generator.ts";
export { naiveDistance } from "./naive-distance.ts";
export { slerp } from "./latent/slerp.ts";
export { classHistogram } from "./quality/class-histogram.ts";
export type { ClassHistogram } from "./quality/class-histogram.ts";
export { collectFeatures } from "./quality/collect-features.ts";
export type {
  CollectOptions,
  FeatureNetwork,
  SampleBatch,
  SampleSource,
} from "./quality/collect-features.ts";
export { densityCoverage } from "./quality/density-coverage.ts";
export type { DensityCoverage } from "./quality/density-coverage.ts";
export { readFeatures } from "./quality/features.ts";
export type { Features, FeatureSource } from "./quality/features.ts";
export { frechetDistance } from "./quality/frechet-distance.ts";
export type { FrechetDistance } from "./quality/frechet-distance.ts";
export { halves, withFloor } from "./quality/halves.ts";
export type { HalvesOptions, WithFloor } from "./quality/halves.ts";
export { kernelDistance } from "./quality/kernel-distance.ts";
export type { KernelDistance, KernelDistanceOptions } from "./quality/kernel-distance.ts";
export { memorization } from "./quality/memorization.ts";
export type { Memorization } from "./quality/memorization.ts";
export { modeCoverage } from "./quality/mode-coverage.ts";
export type { ModeCoverage, ModeOptions } from "./quality/mode-coverage.ts";
export { featureMoments } from "./quality/moments.ts";
export type { FeatureMoments } from "./quality/moments.ts";
export type { NeighborOptions } from "./quality/neighbor-radii.ts";
export { perceptualPathLength } from "./quality/path-length.ts";
export type { PathLength, PathLengthOptions } from "./quality/path-length.ts";
export { precisionRecall } from "./quality/precision-recall.ts";
export type { PrecisionRecall } from "./quality/precision-recall.ts";
