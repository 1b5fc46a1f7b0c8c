import { ArgumentError } from "@dl/backend";
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
import { add, mul, sub } from "./scalar-functions.ts";

export interface SgdOptions extends OptimizerOptions {
  /** Share of the velocity kept at each step; 0 is plain gradient descent. */
  momentum: number;
  /** Share of the gradient that does not enter the velocity. */
  dampening: number;
  /** Take the gradient's step after the momentum's. */
  nesterov: boolean;
  /** L2 penalty: this times the parameter is added to the gradient. */
  weightDecay: number;
}

// θ parameter, g gradient with penalty, b velocity, γ learningRate, λ weightDecay, μ momentum,
// τ dampening. γ multiplies the velocity, so changing it takes effect at once.
const plainStep: Formula<never, "gamma" | "lambda"> = (before, { gamma, lambda }) => {
  const g = penalized(before.g, lambda, before.theta);
  return { theta: sub(before.theta, mul(gamma, g)) };
};

const momentumStep: Formula<"velocity", "gamma" | "lambda" | "mu" | "oneMinusTau"> = (
  before,
  { gamma, lambda, mu, oneMinusTau },
) => {
  const g = penalized(before.g, lambda, before.theta);
  const b = add(mul(mu, before.velocity), mul(oneMinusTau, g));
  return { theta: sub(before.theta, mul(gamma, b)), velocity: b };
};

const nesterovStep: Formula<"velocity", "gamma" | "lambda" | "mu"> = (
  before,
  { gamma, lambda, mu },
) => {
  const g = penalized(before.g, lambda, before.theta);
  const b = add(mul(mu, before.velocity), g);
  return { theta: sub(before.theta, mul(gamma, add(g, mul(mu, b)))), velocity: b };
};

/**
 * Stochastic gradient descent, with momentum and Nesterov's variant.
 *
 * b = μ b + (1 − τ) g, θ = θ − γ b; Nesterov: θ = θ − γ (g + μ b). The first b is g itself.
 *
 * Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep
 * learning", section 2, as PyTorch writes it.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new SGD([x], { learningRate: 0.25, momentum: 0.9 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1]
 */
export class SGD extends PointwiseOptimizer<SgdOptions> {
  constructor(
    parameters: ParametersOrGroups<SgdOptions>,
    options: Pick<SgdOptions, "learningRate"> & Partial<SgdOptions>,
  ) {
    super("sgd", parameters, options, {
      momentum: 0,
      dampening: 0,
      nesterov: false,
      weightDecay: 0,
    });
  }

  protected slots({ momentum }: SgdOptions): Slots {
    return momentum === 0 ? {} : { velocity: 0 };
  }

  protected checkOptions({ momentum, dampening, nesterov, weightDecay }: SgdOptions): void {
    checkNonNegative("sgd", "momentum", momentum);
    checkNonNegative("sgd", "weightDecay", weightDecay);
    if (!Number.isFinite(dampening))
      throw new ArgumentError("sgd", `dampening must be a finite number: received ${dampening}.`, {
        received: dampening,
      });
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new ArgumentError(
        "sgd",
        `nesterov needs momentum above 0 and dampening 0: received momentum ${momentum}, dampening ${dampening}.`,
        { received: { momentum, dampening } },
      );
  }

  protected updateRule(options: SgdOptions, stepCount: number): UpdateRule {
    const { learningRate: gamma, momentum: mu, dampening, nesterov, weightDecay: lambda } = options;
    if (mu === 0) return updateRule(plainStep, { gamma, lambda });
    if (nesterov) return updateRule(nesterovStep, { gamma, lambda, mu });
    // The first velocity is the whole gradient, as in PyTorch.
    const oneMinusTau = stepCount === 1 ? 1 : 1 - dampening;
    return updateRule(momentumStep, { gamma, lambda, mu, oneMinusTau });
  }
}
