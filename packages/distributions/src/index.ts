export { Bernoulli } from "./bernoulli.ts";
export { Categorical } from "./categorical.ts";
export { Distribution } from "./distribution.ts";
export type { SampleOptions, Valuelike } from "./distribution.ts";
export { Independent } from "./independent.ts";
export { klDivergence, monteCarloKl } from "./kl-divergence.ts";
export type { MonteCarloOptions } from "./kl-divergence.ts";
export { Normal } from "./normal.ts";
export type { Parameterlike, ProbsOrLogits } from "./parameters.ts";
