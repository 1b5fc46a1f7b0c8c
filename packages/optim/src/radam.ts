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
import { add, div, mul, sqrt, sub } from "./scalar-functions.ts";

export interface RAdamOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step. */
  beta1: number;
  /** Share of the running mean of squared gradients kept at each step. */
  beta2: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

type MomentNumbers = "stepSize" | "beta1" | "oneMinusBeta1" | "beta2" | "oneMinusBeta2" | "lambda";

// θ parameter, g gradient, m and v running means of g and g², λ weightDecay. While the variance of v
// is not yet known, the step is that of momentum: stepSize γ / (1 − β₁ᵗ); then stepSize is
// γ r √(1 − β₂ᵗ) / (1 − β₁ᵗ) with the rectification r.
const momentumStep: Formula<"firstMoment" | "secondMoment", MomentNumbers> = (before, n) => {
  const g = penalized(before.g, n.lambda, before.theta);
  const m = runningMean(before.firstMoment, g, n.beta1, n.oneMinusBeta1);
  const v = runningMean(before.secondMoment, mul(g, g), n.beta2, n.oneMinusBeta2);
  return { theta: sub(before.theta, mul(n.stepSize, m)), firstMoment: m, secondMoment: v };
};

const rectifiedStep: Formula<"firstMoment" | "secondMoment", MomentNumbers | "epsilon"> = (
  before,
  n,
) => {
  const g = penalized(before.g, n.lambda, before.theta);
  const m = runningMean(before.firstMoment, g, n.beta1, n.oneMinusBeta1);
  const v = runningMean(before.secondMoment, mul(g, g), n.beta2, n.oneMinusBeta2);
  const theta = sub(before.theta, div(mul(n.stepSize, m), add(sqrt(v), n.epsilon)));
  return { theta, firstMoment: m, secondMoment: v };
};

/**
 * Adam whose first steps, where the running mean of squares rests on few gradients, are plain
 * momentum, and later ones are scaled by how well it is known: a warm-up without a schedule.
 *
 * ρ∞ = 2 / (1 − β₂) − 1, ρₜ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ); from ρₜ > 5 on
 * r = √((ρₜ − 4)(ρₜ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρₜ)) and θₜ = θₜ₋₁ − γ r m̂ₜ √(1 − β₂ᵗ) / (√vₜ + ε).
 *
 * Source: Liu et al. 2020, arXiv:1908.03265, algorithm 2; threshold and ε as in PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new RAdam([x], { learningRate: 0.25 });
 * x.square().sum().backward();
 * optimizer.step(); // the first steps are plain momentum
 * await x.toArray(); // => [0.5, -1]
 */
export class RAdam extends PointwiseOptimizer<RAdamOptions> {
  constructor(parameters: ParametersOrGroups<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super("radam", parameters, options, {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    });
  }

  protected slots(): Slots {
    return { firstMoment: 0, secondMoment: 0 };
  }

  protected checkOptions({ beta1, beta2, epsilon, weightDecay }: RAdamOptions): void {
    checkDecay("radam", "beta1", beta1);
    checkDecay("radam", "beta2", beta2);
    checkNonNegative("radam", "epsilon", epsilon);
    checkNonNegative("radam", "weightDecay", weightDecay);
  }

  protected updateRule(options: RAdamOptions, stepCount: number): UpdateRule {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
    const stepSize = learningRate / (1 - integerPower(beta1, stepCount));
    const moments = {
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      lambda: weightDecay,
    };
    const rhoInfinity = 2 / (1 - beta2) - 1;
    const decayed = integerPower(beta2, stepCount);
    const correction = 1 - decayed;
    const rho = rhoInfinity - (2 * stepCount * decayed) / correction;
    if (rho <= 5) return updateRule(momentumStep, { ...moments, stepSize });
    const rectification = Math.sqrt(
      ((rho - 4) * (rho - 2) * rhoInfinity) / ((rhoInfinity - 4) * (rhoInfinity - 2) * rho),
    );
    return updateRule(rectifiedStep, {
      ...moments,
      stepSize: stepSize * rectification * Math.sqrt(correction),
      epsilon,
    });
  }
}
