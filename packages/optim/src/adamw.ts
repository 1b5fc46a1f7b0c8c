import { integerPower } from "@dl/backend";
import { checkDecay, checkNonNegative } from "./check-options.ts";
import { runningMean } from "./formula-terms.ts";
import type { OptimizerOptions, Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";
import {
  PointwiseOptimizer,
  updateRule,
  type Formula,
  type UpdateRule,
} from "./pointwise-optimizer.ts";
import { add, div, max, mul, sqrt, sub } from "./scalar-functions.ts";

export interface AdamWOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step. */
  beta1: number;
  /** Share of the running mean of squared gradients kept at each step. */
  beta2: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** Share of the parameter, times the learning rate, taken off apart from the gradient's step. */
  weightDecay: number;
  /** Divide by the largest running mean of squares so far (AMSGrad). */
  amsgrad: boolean;
}

// θ parameter, g gradient, m and v running means of g and g², v̂ the largest v so far, decay
// 1 − γ λ, stepSize γ / (1 − β₁ᵗ), rootCorrection 1 / √(1 − β₂ᵗ).
const adamWStep: Formula<
  "firstMoment" | "secondMoment",
  | "decay"
  | "stepSize"
  | "rootCorrection"
  | "beta1"
  | "oneMinusBeta1"
  | "beta2"
  | "oneMinusBeta2"
  | "epsilon",
  "largestSecondMoment"
> = (before, n) => {
  const { g } = before;
  const theta = mul(n.decay, before.theta);
  const m = runningMean(before.firstMoment, g, n.beta1, n.oneMinusBeta1);
  const v = runningMean(before.secondMoment, mul(g, g), n.beta2, n.oneMinusBeta2);
  const vHat = before.largestSecondMoment && max(before.largestSecondMoment, v);
  const root = add(mul(sqrt(vHat ?? v), n.rootCorrection), n.epsilon);
  return {
    theta: sub(theta, div(mul(n.stepSize, m), root)),
    firstMoment: m,
    secondMoment: v,
    largestSecondMoment: vHat,
  };
};

/**
 * Adam with weight decay apart from the gradient, so that it is not divided by the root.
 *
 * θₜ = (1 − γ λ) θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε), with m̂ₜ and v̂ₜ as in {@link Adam}.
 *
 * Source: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2, with λ scaled by γ as in PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([2, -2]).requireGrad();
 * const optimizer = new AdamW([x], { learningRate: 0.5, weightDecay: 0.5 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [1, -1]
 */
export class AdamW extends PointwiseOptimizer<AdamWOptions> {
  constructor(parameters: ParametersOrGroups<AdamWOptions>, options: Partial<AdamWOptions> = {}) {
    super("adamW", parameters, options, {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      amsgrad: false,
    });
  }

  protected slots({ amsgrad }: AdamWOptions): Slots {
    const moments = { firstMoment: 0, secondMoment: 0 };
    return amsgrad ? { ...moments, largestSecondMoment: 0 } : moments;
  }

  protected checkOptions({ beta1, beta2, epsilon, weightDecay }: AdamWOptions): void {
    checkDecay("adamW", "beta1", beta1);
    checkDecay("adamW", "beta2", beta2);
    checkNonNegative("adamW", "epsilon", epsilon);
    checkNonNegative("adamW", "weightDecay", weightDecay);
  }

  protected updateRule(options: AdamWOptions, stepCount: number): UpdateRule {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
    return updateRule(adamWStep, {
      decay: 1 - learningRate * weightDecay,
      stepSize: learningRate / (1 - integerPower(beta1, stepCount)),
      rootCorrection: 1 / Math.sqrt(1 - integerPower(beta2, stepCount)),
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      epsilon,
    });
  }
}
