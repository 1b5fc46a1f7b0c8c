import { checkNonNegative, checkShare } from "./check-options.ts";
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

export interface AdadeltaOptions extends OptimizerOptions {
  /** Share of both running means kept at each step. */
  rho: number;
  /** Added inside both roots; sets the first step's size. */
  epsilon: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

// θ parameter, g gradient, v and u running means of g² and Δ², Δ step, γ learningRate,
// λ weightDecay.
const adadeltaStep: Formula<
  "squaredMean" | "squaredStepMean",
  "gamma" | "rho" | "oneMinusRho" | "epsilon" | "lambda"
> = (before, n) => {
  const g = penalized(before.g, n.lambda, before.theta);
  const v = runningMean(before.squaredMean, mul(g, g), n.rho, n.oneMinusRho);
  const rootBefore = sqrt(add(before.squaredStepMean, n.epsilon));
  const delta = mul(div(rootBefore, sqrt(add(v, n.epsilon))), g);
  const u = runningMean(before.squaredStepMean, mul(delta, delta), n.rho, n.oneMinusRho);
  const theta = sub(before.theta, mul(n.gamma, delta));
  return { theta, squaredMean: v, squaredStepMean: u };
};

/**
 * Steps whose size is the root mean square of the steps before over that of the gradients: no
 * learning rate has to be found.
 *
 * vₜ = ρ vₜ₋₁ + (1 − ρ) gₜ², Δₜ = √(uₜ₋₁ + ε) / √(vₜ + ε) · gₜ, uₜ = ρ uₜ₋₁ + (1 − ρ) Δₜ²,
 * θₜ = θₜ₋₁ − γ Δₜ.
 *
 * Source: Zeiler 2012, arXiv:1212.5701, algorithm 1; γ as in PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new Adadelta([x]);
 * x.square().sum().backward();
 * optimizer.step();
 * (await x.data())[0]! < 1; // => true
 */
export class Adadelta extends PointwiseOptimizer<AdadeltaOptions> {
  constructor(
    parameters: ParametersOrGroups<AdadeltaOptions>,
    options: Partial<AdadeltaOptions> = {},
  ) {
    super("adadelta", parameters, options, {
      learningRate: 1,
      rho: 0.9,
      epsilon: 1e-6,
      weightDecay: 0,
    });
  }

  protected slots(): Slots {
    return { squaredMean: 0, squaredStepMean: 0 };
  }

  protected checkOptions({ rho, epsilon, weightDecay }: AdadeltaOptions): void {
    checkShare("adadelta", "rho", rho);
    checkNonNegative("adadelta", "epsilon", epsilon);
    checkNonNegative("adadelta", "weightDecay", weightDecay);
  }

  protected updateRule(options: AdadeltaOptions): UpdateRule {
    const { learningRate: gamma, rho, epsilon, weightDecay: lambda } = options;
    return updateRule(adadeltaStep, { gamma, rho, oneMinusRho: 1 - rho, epsilon, lambda });
  }
}
