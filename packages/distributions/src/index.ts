export { Bernoulli } from "./bernoulli.ts";
export { Categorical } from "./categorical.ts";
export { ContinuousBernoulli } from "./continuous-bernoulli.ts";
export { Distribution, sampleKinds } from "./distribution.ts";
export type { SampleOptions, Valuelike } from "./distribution.ts";
export { Exponential } from "./exponential.ts";
export { Independent } from "./independent.ts";
export { klDivergence, monteCarloKl } from "./kl-divergence.ts";
export type { MonteCarloOptions } from "./kl-divergence.ts";
export { Laplace } from "./laplace.ts";
export { LogNormal } from "./log-normal.ts";
export { Normal } from "./normal.ts";
export { OneHotCategorical, OneHotCategoricalStraightThrough } from "./one-hot-categorical.ts";
export type { Parameterlike, ProbsOrLogits } from "./parameters.ts";
export { RelaxedOneHotCategorical } from "./relaxed-one-hot-categorical.ts";
export { Uniform } from "./uniform.ts";
export { logBeta } from "./special/log-beta.ts";
export { digamma, lgamma } from "./special/log-gamma.ts";
export { erfinv, normalQuantile } from "./special/normal-quantile.ts";
export { Beta } from "./beta.ts";
export { Dirichlet } from "./dirichlet.ts";
export { Gamma } from "./gamma.ts";
export { MixtureSameFamily } from "./mixture-same-family.ts";
export { LowRankMultivariateNormal } from "./multivariate/low-rank-multivariate-normal.ts";
export type { SpreadMatrix } from "./multivariate/matrix-parameters.ts";
export { MultivariateNormal } from "./multivariate/multivariate-normal.ts";
export type { FitOptions } from "./multivariate/multivariate-normal.ts";
export { Poisson } from "./poisson.ts";
export { incompleteGamma } from "./special/incomplete-gamma.ts";
export { StudentT } from "./student-t.ts";
export { AffineTransform } from "./transforms/affine-transform.ts";
export { ComposeTransform } from "./transforms/compose-transform.ts";
export {
  ExpTransform,
  SigmoidTransform,
  SoftplusTransform,
  TanhTransform,
} from "./transforms/element-transforms.ts";
export { Transform } from "./transforms/transform.ts";
export type { Codomain } from "./transforms/transform.ts";
export { TransformedDistribution } from "./transforms/transformed-distribution.ts";
export { GaussianMixture } from "./gaussian-mixture/gaussian-mixture.ts";
export type { CovarianceKind } from "./gaussian-mixture/expectation-maximization.ts";
export { gaussianMixtureKinds } from "./gaussian-mixture/mixture-options.ts";
export type { ChooseOptions, GaussianMixtureOptions } from "./gaussian-mixture/mixture-options.ts";
