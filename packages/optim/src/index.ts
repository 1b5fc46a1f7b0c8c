export { Adam } from "./adam.ts";
export type { AdamOptions } from "./adam.ts";
export { Optimizer } from "./optimizer.ts";
export type { OptimizerOptions, UpdateRule } from "./optimizer.ts";
export type { OptimizerState, ParameterState } from "./optimizer-state.ts";
export type { ParameterGroup, ParametersOrGroups } from "./parameter-groups.ts";
export { SGD } from "./sgd.ts";
export type { SgdOptions } from "./sgd.ts";
