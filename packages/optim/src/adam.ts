import { scalar, type Scalar } from "@dl/backend";
import { checkDecay, checkNonNegative } from "./check-options.ts";
import { Optimizer, type OptimizerOptions, type UpdateRule } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";

const { add, div, mul, sqrt, sub } = scalar;

export interface AdamOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step. */
  beta1: number;
  /** Share of the running mean of squared gradients kept at each step. */
  beta2: number;
  /** Added to the root, so that a parameter without gradients does not divide by 0. */
  epsilon: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

// θ parameter, g gradient, m and v running means of g and g², λ weightDecay.
// Kingma & Ba 2015, arXiv:1412.6980, algorithm 1, with the weight decay of PyTorch's Adam. The bias
// corrections 1 / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ) and the complements 1 − β are computed on the host:
// in float32, 1 − 0.999 is wrong in the fifth digit.
// oxlint-disable-next-line max-params -- one for each symbol of the formula
function adamStep(
  theta: Scalar,
  gradient: Scalar,
  mBefore: Scalar,
  vBefore: Scalar,
  stepSize: Scalar, // γ / (1 − β₁ᵗ)
  rootCorrection: Scalar, // 1 / √(1 − β₂ᵗ)
  beta1: Scalar,
  oneMinusBeta1: Scalar,
  beta2: Scalar,
  oneMinusBeta2: Scalar,
  epsilon: Scalar,
  lambda: Scalar,
): readonly Scalar[] {
  const g = add(gradient, mul(lambda, theta));
  const m = add(mul(beta1, mBefore), mul(oneMinusBeta1, g));
  const v = add(mul(beta2, vBefore), mul(oneMinusBeta2, mul(g, g)));
  const next = sub(theta, div(mul(stepSize, m), add(mul(sqrt(v), rootCorrection), epsilon)));
  return [next, m, v];
}

/**
 * Adam: steps along the running mean of gradients, each divided by the root of the running mean of
 * its squares.
 *
 * θₜ = θₜ₋₁ − γ m̂ₜ / (√v̂ₜ + ε), with m̂ₜ = mₜ / (1 − β₁ᵗ) and v̂ₜ = vₜ / (1 − β₂ᵗ).
 *
 * Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const optimizer = new Adam(model.parameters(), { learningRate: 1e-3 });
 * optimizer.zeroGrad();
 * loss.backward();
 * optimizer.step();
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(parameters: ParametersOrGroups<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super("adam", parameters, {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      ...options,
    });
  }

  protected slotNames(): readonly string[] {
    return ["firstMoment", "secondMoment"];
  }

  protected checkOptions({ beta1, beta2, epsilon, weightDecay }: AdamOptions): void {
    checkDecay("adam", "beta1", beta1);
    checkDecay("adam", "beta2", beta2);
    checkNonNegative("adam", "epsilon", epsilon);
    checkNonNegative("adam", "weightDecay", weightDecay);
  }

  protected updateRule(options: AdamOptions, stepCount: number): UpdateRule {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
    return {
      build: adamStep,
      numbers: [
        learningRate / (1 - beta1 ** stepCount),
        1 / Math.sqrt(1 - beta2 ** stepCount),
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        epsilon,
        weightDecay,
      ],
    };
  }
}
