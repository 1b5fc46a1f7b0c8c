import { integerPower, realPower } from "@dl/backend";
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

export interface NAdamOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step, once the momentum has warmed up. */
  beta1: number;
  /** Share of the running mean of squared gradients kept at each step. */
  beta2: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
  /** Speed at which the momentum rises from β₁ / 2 to β₁. */
  momentumDecay: number;
}

// θ parameter, g gradient, m and v running means of g and g², λ weightDecay, μₜ momentum of step t;
// gradientStep γ (1 − μₜ) / (1 − ∏ᵢ₌₁ᵗ μᵢ), momentumStep γ μₜ₊₁ / (1 − ∏ᵢ₌₁ᵗ⁺¹ μᵢ), rootCorrection
// 1 / √(1 − β₂ᵗ).
const nadamStep: Formula<
  "firstMoment" | "secondMoment",
  | "gradientStep"
  | "momentumStep"
  | "rootCorrection"
  | "beta1"
  | "oneMinusBeta1"
  | "beta2"
  | "oneMinusBeta2"
  | "epsilon"
  | "lambda"
> = (before, n) => {
  const g = penalized(before.g, n.lambda, before.theta);
  const m = runningMean(before.firstMoment, g, n.beta1, n.oneMinusBeta1);
  const v = runningMean(before.secondMoment, mul(g, g), n.beta2, n.oneMinusBeta2);
  const step = add(mul(n.gradientStep, g), mul(n.momentumStep, m));
  const root = add(mul(sqrt(v), n.rootCorrection), n.epsilon);
  return { theta: sub(before.theta, div(step, root)), firstMoment: m, secondMoment: v };
};

/** μₜ = β₁ (1 − ½ · 0.96^(t ψ)), with ψ momentumDecay; `fading` is 0.96^ψ. */
const momentumAt = (step: number, beta1: number, fading: number): number =>
  beta1 * (1 - 0.5 * integerPower(fading, step));

/** ∏ᵢ₌₁ᵗ μᵢ; 0 once it no longer changes 1 − ∏. */
function momentumProduct(step: number, beta1: number, fading: number): number {
  let product = 1;
  for (let i = 1; i <= step; i++) {
    product *= momentumAt(i, beta1, fading);
    if (product < 2 ** -54) return 0;
  }
  return product;
}

/**
 * Adam with Nesterov's momentum: the next step's momentum is taken at once.
 *
 * θₜ = θₜ₋₁ − γ (μₜ₊₁ mₜ / (1 − ∏ᵢ₌₁ᵗ⁺¹ μᵢ) + (1 − μₜ) gₜ / (1 − ∏ᵢ₌₁ᵗ μᵢ)) / (√v̂ₜ + ε).
 *
 * PyTorch before 2.0, unless told `foreach=True`, has one μₜ too many in the first product
 * (pytorch/pytorch#92699); this is the paper's, and PyTorch's since.
 *
 * Source: Dozat 2016, "Incorporating Nesterov momentum into Adam", algorithm 2.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new NAdam([x], { learningRate: 0.01 });
 * x.square().sum().backward();
 * optimizer.step();
 * (await x.data())[0]! < 1; // => true
 */
export class NAdam extends PointwiseOptimizer<NAdamOptions> {
  constructor(parameters: ParametersOrGroups<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super("nadam", parameters, options, {
      learningRate: 2e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      momentumDecay: 4e-3,
    });
  }

  protected slots(): Slots {
    return { firstMoment: 0, secondMoment: 0 };
  }

  protected checkOptions(options: NAdamOptions): void {
    checkDecay("nadam", "beta1", options.beta1);
    checkDecay("nadam", "beta2", options.beta2);
    checkNonNegative("nadam", "epsilon", options.epsilon);
    checkNonNegative("nadam", "weightDecay", options.weightDecay);
    checkNonNegative("nadam", "momentumDecay", options.momentumDecay);
  }

  protected updateRule(options: NAdamOptions, stepCount: number): UpdateRule {
    const { learningRate, beta1, beta2, epsilon, weightDecay, momentumDecay } = options;
    const fading = realPower(0.96, momentumDecay);
    const mu = momentumAt(stepCount, beta1, fading);
    const muNext = momentumAt(stepCount + 1, beta1, fading);
    const product = momentumProduct(stepCount, beta1, fading);
    return updateRule(nadamStep, {
      gradientStep: (learningRate * (1 - mu)) / (1 - product),
      momentumStep: (learningRate * muNext) / (1 - product * muNext),
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
