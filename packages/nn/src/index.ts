export {
  GELU,
  Identity,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from "./activations.ts";
export { BatchNorm } from "./batch-norm.ts";
export type { BatchNormOptions } from "./batch-norm.ts";
export { Dropout } from "./dropout.ts";
export type { DropoutOptions } from "./dropout.ts";
export { Flatten, Unflatten } from "./flatten.ts";
export {
  defaultUniform,
  gainOf,
  heNormal,
  heUniform,
  xavierNormal,
  xavierUniform,
} from "./initializers.ts";
export type { GainActivation, HeOptions, Initializer, XavierOptions } from "./initializers.ts";
export { checkCount, randomOptions } from "./layer-options.ts";
export type { Layer, WeightOptions } from "./layer-options.ts";
export { Linear, linear } from "./linear.ts";
export type { LoadOptions, LoadReport } from "./load-state.ts";
export {
  accuracy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  meanSquaredError,
  negativeLogLikelihood,
} from "./losses.ts";
export type { LossOptions, Reduction } from "./losses.ts";
export { Module } from "./module.ts";
export type { StateDict } from "./module.ts";
export { Parameter } from "./parameter.ts";
export { Sequential } from "./sequential.ts";
