export { Distribution } from "./distribution.ts";
export type { SampleOptions } from "./distribution.ts";
export { Independent } from "./independent.ts";
export { klDivergence } from "./kl-divergence.ts";
export { Normal } from "./normal.ts";
export type { Parameterlike } from "./parameters.ts";
export { logBeta } from "./special/log-beta.ts";
export { digamma, lgamma } from "./special/log-gamma.ts";
export { erfinv, normalQuantile } from "./special/normal-quantile.ts";
