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
