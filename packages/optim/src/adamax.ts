import { integerPower, scalar } from "@dl/backend";
import { checkDecay, checkNonNegative } from "./check-options.ts";
import { penalized, runningMean } from "./formula-terms.ts";
import type { OptimizerOptions, Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";
import {
  PointwiseOptimizer,
  updateRule,
  type Formula,
  type UpdateRule,
} from "./pointwise-optimizer.ts";
import { add, div, max, mul, sub } from "./scalar-functions.ts";

export interface AdamaxOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step. */
  beta1: number;
  /** What is left, after each step, of the largest gradient so far. */
  beta2: number;
  /** Added to the gradient's size, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

// θ parameter, g gradient, m running mean of g, u exponentially weighted largest |g|, λ weightDecay,
// stepSize γ / (1 − β₁ᵗ).
const adamaxStep: Formula<
  "firstMoment" | "largestGradient",
  "stepSize" | "beta1" | "oneMinusBeta1" | "beta2" | "epsilon" | "lambda"
> = (before, n) => {
  const g = penalized(before.g, n.lambda, before.theta);
  const m = runningMean(before.firstMoment, g, n.beta1, n.oneMinusBeta1);
  const u = max(mul(n.beta2, before.largestGradient), add(scalar.abs(g), n.epsilon));
  const theta = sub(before.theta, div(mul(n.stepSize, m), u));
  return { theta, firstMoment: m, largestGradient: u };
};

/**
 * Adam with the largest gradient, exponentially forgotten, in place of the root mean square.
 *
 * mₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ, uₜ = max(β₂ uₜ₋₁, |gₜ| + ε), θₜ = θₜ₋₁ − γ / (1 − β₁ᵗ) · mₜ / uₜ.
 *
 * Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 2; ε as in PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new Adamax([x], { learningRate: 0.5 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1.5]
 */
export class Adamax extends PointwiseOptimizer<AdamaxOptions> {
  constructor(parameters: ParametersOrGroups<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    super("adamax", parameters, options, {
      learningRate: 2e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    });
  }

  protected slots(): Slots {
    return { firstMoment: 0, largestGradient: 0 };
  }

  protected checkOptions({ beta1, beta2, epsilon, weightDecay }: AdamaxOptions): void {
    checkDecay("adamax", "beta1", beta1);
    checkDecay("adamax", "beta2", beta2);
    checkNonNegative("adamax", "epsilon", epsilon);
    checkNonNegative("adamax", "weightDecay", weightDecay);
  }

  protected updateRule(options: AdamaxOptions, stepCount: number): UpdateRule {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
    return updateRule(adamaxStep, {
      stepSize: learningRate / (1 - integerPower(beta1, stepCount)),
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      epsilon,
      lambda: weightDecay,
    });
  }
}
