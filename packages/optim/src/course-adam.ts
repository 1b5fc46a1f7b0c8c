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
import { add, div, mul, sqrt, sub } from "./scalar-functions.ts";

export interface CourseAdamOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step. */
  beta1: number;
  /** Share of the running uncentred variance of gradients kept at each step. */
  beta2: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
}

// θ parameter, g gradient, m running mean, v running uncentred variance, γ learningRate.
const courseAdamStep: Formula<
  "mean" | "uncentredVariance",
  "gamma" | "beta1" | "oneMinusBeta1" | "beta2" | "oneMinusBeta2" | "epsilon"
> = ({ theta, g, mean, uncentredVariance }, n) => {
  const m = runningMean(mean, g, n.beta1, n.oneMinusBeta1);
  const v = runningMean(uncentredVariance, mul(g, g), n.beta2, n.oneMinusBeta2);
  return {
    theta: sub(theta, div(mul(n.gamma, m), add(sqrt(v), n.epsilon))),
    mean: m,
    uncentredVariance: v,
  };
};

/**
 * Adam as the course writes it: running mean over the root of the running uncentred variance,
 * without the bias corrections of {@link Adam}. Both start at 0, so the first steps are too long:
 * (1 − β₁) / √(1 − β₂), 3.2 by default, times what they would be.
 *
 * m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², θ = θ − γ m / (√v + ε).
 *
 * Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1 without the lines of m̂ and v̂ (section 3).
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new CourseAdam([x], { learningRate: 0.25, beta1: 0.5, beta2: 0.75 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.75, -1.75]
 */
export class CourseAdam extends PointwiseOptimizer<CourseAdamOptions> {
  constructor(
    parameters: ParametersOrGroups<CourseAdamOptions>,
    options: Partial<CourseAdamOptions> = {},
  ) {
    super("courseAdam", parameters, options, {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    });
  }

  protected slots(): Slots {
    return { mean: 0, uncentredVariance: 0 };
  }

  protected checkOptions({ beta1, beta2, epsilon }: CourseAdamOptions): void {
    checkDecay("courseAdam", "beta1", beta1);
    checkDecay("courseAdam", "beta2", beta2);
    checkNonNegative("courseAdam", "epsilon", epsilon);
  }

  protected updateRule({ learningRate, beta1, beta2, epsilon }: CourseAdamOptions): UpdateRule {
    return updateRule(courseAdamStep, {
      gamma: learningRate,
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      epsilon,
    });
  }
}
