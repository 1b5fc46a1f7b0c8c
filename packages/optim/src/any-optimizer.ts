import type { LBFGS } from "./lbfgs.ts";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import type { SAM } from "./sam.ts";

/** An optimiser whose step is made between two backward passes or after one: all but LBFGS. */
export type SteppingOptimizer = Optimizer<OptimizerOptions> | SAM<OptimizerOptions>;

/** Any optimiser of this package; its `kind` says how a step is made with it. */
export type AnyOptimizer = SteppingOptimizer | LBFGS;
