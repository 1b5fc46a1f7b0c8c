import type { Tensor } from "@dl/tensor";
import { Adam, SGD } from "@dl/optim";
import type { OptimizerName } from "./options.ts";

export type Optimizer = Adam | SGD;
/** Makes the optimiser that was asked for. */
export type MakeOptimizer = (parameters: Tensor[]) => Optimizer;

export const optimizers: {
  readonly [Name in OptimizerName]: (parameters: Tensor[], learningRate: number) => Optimizer;
} = {
  adam: (parameters, learningRate) => new Adam(parameters, { learningRate }),
  sgd: (parameters, learningRate) => new SGD(parameters, { learningRate }),
  momentum: (parameters, learningRate) => new SGD(parameters, { learningRate, momentum: 0.9 }),
  nesterov: (parameters, learningRate) =>
    new SGD(parameters, { learningRate, momentum: 0.9, nesterov: true }),
};
