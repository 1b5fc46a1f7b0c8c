import { checkDecay, checkNonNegative } from "./check-options.ts";
import { runningMean, sign } from "./formula-terms.ts";
import type { OptimizerOptions, Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";
import {
  PointwiseOptimizer,
  updateRule,
  type Formula,
  type UpdateRule,
} from "./pointwise-optimizer.ts";
import { mul, sub } from "./scalar-functions.ts";

export interface LionOptions extends OptimizerOptions {
  /** Share of the momentum in the direction stepped along. */
  beta1: number;
  /** Share of the momentum kept at each step. */
  beta2: number;
  /** Share of the parameter, times the learning rate, taken off apart from the gradient's step. */
  weightDecay: number;
}

// θ parameter, g gradient, m momentum, c direction, γ learningRate, decay 1 − γ λ.
const lionStep: Formula<
  "momentum",
  "gamma" | "decay" | "beta1" | "oneMinusBeta1" | "beta2" | "oneMinusBeta2"
> = ({ theta, g, momentum }, n) => {
  const c = runningMean(momentum, g, n.beta1, n.oneMinusBeta1);
  return {
    theta: sub(mul(n.decay, theta), mul(n.gamma, sign(c))),
    momentum: runningMean(momentum, g, n.beta2, n.oneMinusBeta2),
  };
};

/**
 * Steps of one size along the sign of a momentum: half of Adam's memory. Wants a learning rate 3 to
 * 10 times smaller than Adam's, and a weight decay as much larger.
 *
 * θₜ = θₜ₋₁ − γ (sign(β₁ mₜ₋₁ + (1 − β₁) gₜ) + λ θₜ₋₁), mₜ = β₂ mₜ₋₁ + (1 − β₂) gₜ.
 *
 * Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new Lion([x], { learningRate: 0.25 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.75, -1.75]
 */
export class Lion extends PointwiseOptimizer<LionOptions> {
  constructor(parameters: ParametersOrGroups<LionOptions>, options: Partial<LionOptions> = {}) {
    super("lion", parameters, options, {
      learningRate: 1e-4,
      beta1: 0.9,
      beta2: 0.99,
      weightDecay: 0,
    });
  }

  protected slots(): Slots {
    return { momentum: 0 };
  }

  protected checkOptions({ beta1, beta2, weightDecay }: LionOptions): void {
    checkDecay("lion", "beta1", beta1);
    checkDecay("lion", "beta2", beta2);
    checkNonNegative("lion", "weightDecay", weightDecay);
  }

  protected updateRule({ learningRate, beta1, beta2, weightDecay }: LionOptions): UpdateRule {
    return updateRule(lionStep, {
      gamma: learningRate,
      decay: 1 - learningRate * weightDecay,
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
    });
  }
}
