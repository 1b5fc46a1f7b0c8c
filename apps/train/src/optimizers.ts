import type { Tensor } from "@dl/tensor";
import { Adam, SGD, type AdamOptions } from "@dl/optim";
import type { OptimizerName } from "./names.ts";

export type Optimizer = Adam | SGD;
/** What a model may want otherwise: how long Adam remembers, and its rate. */
type Rates = Pick<AdamOptions, "learningRate" | "beta1" | "beta2">;
/** Makes the optimiser that was asked for. */
export type MakeOptimizer = (parameters: Tensor[], rates?: Partial<Rates>) => Optimizer;

export const optimizers: {
  readonly [Name in OptimizerName]: (
    parameters: Tensor[],
    learningRate: number,
    rates?: Partial<Rates>,
  ) => Optimizer;
} = {
  adam: (parameters, learningRate, rates) => new Adam(parameters, { learningRate, ...rates }),
  sgd: (parameters, learningRate) => new SGD(parameters, { learningRate }),
  momentum: (parameters, learningRate) => new SGD(parameters, { learningRate, momentum: 0.9 }),
  nesterov: (parameters, learningRate) =>
    new SGD(parameters, { learningRate, momentum: 0.9, nesterov: true }),
};
