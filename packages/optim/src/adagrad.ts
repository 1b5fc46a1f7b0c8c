import { checkNonNegative } from "./check-options.ts";
import { penalized } from "./formula-terms.ts";
import type { OptimizerOptions, Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";
import {
  PointwiseOptimizer,
  updateRule,
  type Formula,
  type UpdateRule,
} from "./pointwise-optimizer.ts";
import { add, div, mul, sqrt, sub } from "./scalar-functions.ts";

export interface AdagradOptions extends OptimizerOptions {
  /** The learning rate of step t is divided by 1 + (t − 1) times this. */
  learningRateDecay: number;
  /** What the sum of squared gradients starts from. */
  initialSum: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

// θ parameter, g gradient, s sum of g², λ weightDecay, stepSize γ / (1 + (t − 1) η).
const adagradStep: Formula<"squaredSum", "stepSize" | "epsilon" | "lambda"> = (before, n) => {
  const g = penalized(before.g, n.lambda, before.theta);
  const s = add(before.squaredSum, mul(g, g));
  const theta = sub(before.theta, div(mul(n.stepSize, g), add(sqrt(s), n.epsilon)));
  return { theta, squaredSum: s };
};

/**
 * Steps along the gradient divided by the root of the sum of its squares so far: rare features keep
 * a high rate.
 *
 * sₜ = sₜ₋₁ + gₜ², θₜ = θₜ₋₁ − γ / (1 + (t − 1) η) · gₜ / (√sₜ + ε), with η learningRateDecay.
 *
 * Source: Duchi, Hazan & Singer 2011, JMLR 12, figure 1 (diagonal), as PyTorch writes it.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new Adagrad([x], { learningRate: 0.5 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1.5]
 */
export class Adagrad extends PointwiseOptimizer<AdagradOptions> {
  constructor(
    parameters: ParametersOrGroups<AdagradOptions>,
    options: Partial<AdagradOptions> = {},
  ) {
    super("adagrad", parameters, options, {
      learningRate: 1e-2,
      learningRateDecay: 0,
      initialSum: 0,
      epsilon: 1e-10,
      weightDecay: 0,
    });
  }

  protected slots({ initialSum }: AdagradOptions): Slots {
    return { squaredSum: initialSum };
  }

  protected checkOptions(options: AdagradOptions): void {
    checkNonNegative("adagrad", "learningRateDecay", options.learningRateDecay);
    checkNonNegative("adagrad", "initialSum", options.initialSum);
    checkNonNegative("adagrad", "epsilon", options.epsilon);
    checkNonNegative("adagrad", "weightDecay", options.weightDecay);
  }

  protected updateRule(options: AdagradOptions, stepCount: number): UpdateRule {
    const { learningRate, learningRateDecay, epsilon, weightDecay: lambda } = options;
    const stepSize = learningRate / (1 + (stepCount - 1) * learningRateDecay);
    return updateRule(adagradStep, { stepSize, epsilon, lambda });
  }
}
