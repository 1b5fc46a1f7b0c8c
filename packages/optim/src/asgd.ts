import { realPower } from "@dl/backend";
import { checkNonNegative } from "./check-options.ts";
import { penalized, runningMean } from "./formula-terms.ts";
import type { OptimizerOptions, Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";
import {
  PointwiseOptimizer,
  updateRule,
  type Formula,
  type UpdateRule,
} from "./pointwise-optimizer.ts";
import { mul, sub } from "./scalar-functions.ts";

export interface AsgdOptions extends OptimizerOptions {
  /** Share of the parameter, times the step size, taken off at each step. */
  lambda: number;
  /** Power at which the step size falls. */
  alpha: number;
  /** Step after which averaging begins. */
  t0: number;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

// θ parameter, g gradient, a average of θ, ηₜ step size, decay 1 − λ ηₜ, μₜ share of θ that enters
// the average.
const asgdStep: Formula<"average", "eta" | "decay" | "mu" | "oneMinusMu" | "weightDecay"> = (
  before,
  n,
) => {
  const g = penalized(before.g, n.weightDecay, before.theta);
  const theta = sub(mul(n.decay, before.theta), mul(n.eta, g));
  return { theta, average: runningMean(before.average, theta, n.oneMinusMu, n.mu) };
};

/**
 * Averaged stochastic gradient descent: falling steps, and the mean of the parameters from step t₀
 * on, which is the state's slot `average`.
 *
 * ηₜ = γ / (1 + λ γ (t − 1))^α, θₜ = (1 − λ ηₜ) θₜ₋₁ − ηₜ gₜ, aₜ = aₜ₋₁ + μₜ (θₜ − aₜ₋₁) with
 * μₜ = 1 / max(1, t − 1 − t₀).
 *
 * Source: Polyak & Juditsky 1992, SIAM J. Control Optim. 30, section 2; Xu 2011, arXiv:1107.2490,
 * as PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new ASGD([x], { learningRate: 0.25, lambda: 0 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1]
 */
export class ASGD extends PointwiseOptimizer<AsgdOptions> {
  constructor(parameters: ParametersOrGroups<AsgdOptions>, options: Partial<AsgdOptions> = {}) {
    super("asgd", parameters, options, {
      learningRate: 1e-2,
      lambda: 1e-4,
      alpha: 0.75,
      t0: 1e6,
      weightDecay: 0,
    });
  }

  protected slots(): Slots {
    return { average: 0 };
  }

  protected checkOptions({ lambda, alpha, t0, weightDecay }: AsgdOptions): void {
    checkNonNegative("asgd", "lambda", lambda);
    checkNonNegative("asgd", "alpha", alpha);
    checkNonNegative("asgd", "t0", t0);
    checkNonNegative("asgd", "weightDecay", weightDecay);
  }

  protected updateRule(options: AsgdOptions, stepCount: number): UpdateRule {
    const { learningRate, lambda, alpha, t0, weightDecay } = options;
    const eta = learningRate / realPower(1 + lambda * learningRate * (stepCount - 1), alpha);
    const mu = 1 / Math.max(1, stepCount - 1 - t0);
    return updateRule(asgdStep, {
      eta,
      decay: 1 - lambda * eta,
      mu,
      oneMinusMu: 1 - mu,
      weightDecay,
    });
  }
}
