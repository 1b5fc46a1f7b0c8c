import "./install.ts";

export { detectAnomaly } from "./anomaly.ts";
export type { BackwardOptions } from "./backward.ts";
export { Function, FunctionContext } from "./function.ts";
export type { FunctionOutput } from "./function.ts";
export { grad, gradientsOf, valueAndGrad, vjp } from "./functional.ts";
export type { GradientsOf, Tensors } from "./functional.ts";
export { enableGrad, isGradEnabled, noGrad } from "./grad-mode.ts";
export { gradcheck, gradgradcheck } from "./gradcheck.ts";
export type { GradcheckOptions } from "./gradcheck.ts";
export { graphOf, toDot, toJson } from "./graph.ts";
export type { Graph, GraphNodeData } from "./graph.ts";
export type { GradientHook } from "./recording.ts";
