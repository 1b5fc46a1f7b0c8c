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

export interface RmspropOptions extends OptimizerOptions {
  /** Share of the running mean of squared gradients kept at each step. */
  alpha: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** Share of the velocity kept at each step; 0 is none. */
  momentum: number;
  /** Divide by the running standard deviation of gradients instead of their root mean square. */
  centered: boolean;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

// θ parameter, g gradient, v and ḡ running means of g² and g, b velocity, γ learningRate,
// λ weightDecay, μ momentum. v − ḡ² may round below 0.
const rmspropStep: Formula<
  "squaredMean",
  "gamma" | "alpha" | "oneMinusAlpha" | "epsilon" | "lambda" | "mu",
  "gradientMean" | "velocity"
> = (before, n) => {
  const g = penalized(before.g, n.lambda, before.theta);
  const v = runningMean(before.squaredMean, mul(g, g), n.alpha, n.oneMinusAlpha);
  const gBar = before.gradientMean && runningMean(before.gradientMean, g, n.alpha, n.oneMinusAlpha);
  const spread = gBar === undefined ? v : max(sub(v, mul(gBar, gBar)), 0);
  const scaled = div(g, add(sqrt(spread), n.epsilon));
  const b = before.velocity && add(mul(n.mu, before.velocity), scaled);
  return {
    theta: sub(before.theta, mul(n.gamma, b ?? scaled)),
    squaredMean: v,
    gradientMean: gBar,
    velocity: b,
  };
};

/**
 * Steps along the gradient divided by its running root mean square, or standard deviation.
 *
 * vₜ = α vₜ₋₁ + (1 − α) gₜ², θₜ = θₜ₋₁ − γ gₜ / (√vₜ + ε); centered: √(vₜ − ḡₜ²); with momentum:
 * bₜ = μ bₜ₋₁ + gₜ / (√vₜ + ε), θₜ = θₜ₋₁ − γ bₜ.
 *
 * Source: Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5; centered:
 * Graves 2013, arXiv:1308.0850, eq. 38-45; ε outside the root as in PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new RMSprop([x], { learningRate: 0.25, alpha: 0.75 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1.5]
 */
export class RMSprop extends PointwiseOptimizer<RmspropOptions> {
  constructor(
    parameters: ParametersOrGroups<RmspropOptions>,
    options: Partial<RmspropOptions> = {},
  ) {
    super("rmsprop", parameters, options, {
      learningRate: 1e-2,
      alpha: 0.99,
      epsilon: 1e-8,
      momentum: 0,
      centered: false,
      weightDecay: 0,
    });
  }

  protected slots({ centered, momentum }: RmspropOptions): Slots {
    return {
      squaredMean: 0,
      ...(centered && { gradientMean: 0 }),
      ...(momentum > 0 && { velocity: 0 }),
    };
  }

  protected checkOptions({ alpha, epsilon, momentum, weightDecay }: RmspropOptions): void {
    checkDecay("rmsprop", "alpha", alpha);
    checkNonNegative("rmsprop", "epsilon", epsilon);
    checkNonNegative("rmsprop", "momentum", momentum);
    checkNonNegative("rmsprop", "weightDecay", weightDecay);
  }

  protected updateRule(options: RmspropOptions): UpdateRule {
    return updateRule(rmspropStep, {
      gamma: options.learningRate,
      alpha: options.alpha,
      oneMinusAlpha: 1 - options.alpha,
      epsilon: options.epsilon,
      lambda: options.weightDecay,
      mu: options.momentum,
    });
  }
}
