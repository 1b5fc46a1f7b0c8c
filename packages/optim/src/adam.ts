import { integerPower } from "@dl/backend";
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
import { add, div, max, mul, sqrt, sub } from "./scalar-functions.ts";

export interface AdamOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step. */
  beta1: number;
  /** Share of the running mean of squared gradients kept at each step. */
  beta2: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
  /** Divide by the largest running mean of squares so far (AMSGrad). */
  amsgrad: boolean;
}

// θ parameter, g gradient, m and v running means of g and g², v̂ the largest v so far, λ weightDecay,
// stepSize γ / (1 − β₁ᵗ), rootCorrection 1 / √(1 − β₂ᵗ).
const adamStep: Formula<
  "firstMoment" | "secondMoment",
  | "stepSize"
  | "rootCorrection"
  | "beta1"
  | "oneMinusBeta1"
  | "beta2"
  | "oneMinusBeta2"
  | "epsilon"
  | "lambda",
  "largestSecondMoment"
> = (before, n) => {
  const { theta } = before;
  const g = penalized(before.g, n.lambda, theta);
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
 * Adam: steps along the running mean of gradients, each divided by the root of the running mean of
 * its squares.
 *
 * θₜ = θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε), with m̂ₜ = mₜ / (1 − β₁ᵗ) and v̂ₜ = vₜ / (1 − β₂ᵗ); AMSGrad takes the
 * largest vₜ so far.
 *
 * Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; Reddi et al. 2018, arXiv:1904.09237,
 * algorithm 2, with the bias corrections of PyTorch.
 *
 * The square of a gradient above 1.8e19 is infinite in float32, as in PyTorch: its running mean
 * stays so, and the element does not move again. `clipGradNorm` before the step keeps it finite.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new Adam([x], { learningRate: 0.5 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1.5]
 */
export class Adam extends PointwiseOptimizer<AdamOptions> {
  constructor(parameters: ParametersOrGroups<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super("adam", parameters, options, {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      amsgrad: false,
    });
  }

  protected slots({ amsgrad }: AdamOptions): Slots {
    const moments = { firstMoment: 0, secondMoment: 0 };
    return amsgrad ? { ...moments, largestSecondMoment: 0 } : moments;
  }

  protected checkOptions({ beta1, beta2, epsilon, weightDecay }: AdamOptions): void {
    checkDecay("adam", "beta1", beta1);
    checkDecay("adam", "beta2", beta2);
    checkNonNegative("adam", "epsilon", epsilon);
    checkNonNegative("adam", "weightDecay", weightDecay);
  }

  protected updateRule(options: AdamOptions, stepCount: number): UpdateRule {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
    return updateRule(adamStep, {
      stepSize: learningRate / (1 - integerPower(beta1, stepCount)),
      rootCorrection: 1 / Math.sqrt(1 - integerPower(beta2, stepCount)),
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      epsilon,
      lambda: weightDecay,
    });
  }
}
