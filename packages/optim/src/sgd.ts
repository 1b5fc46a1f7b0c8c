import { ArgumentError, scalar, type Scalar } from "@dl/backend";
import { checkNonNegative } from "./check-options.ts";
import { Optimizer, type OptimizerOptions, type UpdateRule } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";

const { add, mul, sub } = scalar;

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
// τ dampening. Sutskever et al. 2013, "On the importance of initialization and momentum", in
// PyTorch's form: γ multiplies the velocity, so changing it takes effect at once.
const penalized = (theta: Scalar, gradient: Scalar, lambda: Scalar): Scalar =>
  add(gradient, mul(lambda, theta));

function plainStep(theta: Scalar, gradient: Scalar, gamma: Scalar, lambda: Scalar): Scalar[] {
  return [sub(theta, mul(gamma, penalized(theta, gradient, lambda)))];
}

function momentumStep(
  theta: Scalar,
  gradient: Scalar,
  bBefore: Scalar,
  gamma: Scalar,
  lambda: Scalar,
  mu: Scalar,
  oneMinusTau: Scalar,
): Scalar[] {
  const g = penalized(theta, gradient, lambda);
  const b = add(mul(mu, bBefore), mul(oneMinusTau, g));
  return [sub(theta, mul(gamma, b)), b];
}

function nesterovStep(
  theta: Scalar,
  gradient: Scalar,
  bBefore: Scalar,
  gamma: Scalar,
  lambda: Scalar,
  mu: Scalar,
): Scalar[] {
  const g = penalized(theta, gradient, lambda);
  const b = add(mul(mu, bBefore), g);
  return [sub(theta, mul(gamma, add(g, mul(mu, b)))), b];
}

/**
 * Stochastic gradient descent, with momentum and Nesterov's variant.
 *
 * b = μ b + (1 − τ) g, θ = θ − γ b; Nesterov: θ = θ − γ (g + μ b). The first b is g itself.
 *
 * Source: Sutskever et al. 2013, ICML, section 2, as PyTorch writes it.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const optimizer = new SGD(model.parameters(), { learningRate: 0.01, momentum: 0.9 });
 * optimizer.zeroGrad();
 * loss.backward();
 * optimizer.step();
 */
export class SGD extends Optimizer<SgdOptions> {
  constructor(
    parameters: ParametersOrGroups<SgdOptions>,
    options: Pick<SgdOptions, "learningRate"> & Partial<SgdOptions>,
  ) {
    super("sgd", parameters, {
      momentum: 0,
      dampening: 0,
      nesterov: false,
      weightDecay: 0,
      ...options,
    });
  }

  protected slotNames({ momentum }: SgdOptions): readonly string[] {
    return momentum === 0 ? [] : ["velocity"];
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
    const { learningRate, momentum, dampening, nesterov, weightDecay } = options;
    const numbers = [learningRate, weightDecay];
    if (momentum === 0) return { build: plainStep, numbers };
    if (nesterov) return { build: nesterovStep, numbers: [...numbers, momentum] };
    // The first velocity is the whole gradient, as in PyTorch.
    const entering = stepCount === 1 ? 1 : 1 - dampening;
    return { build: momentumStep, numbers: [...numbers, momentum, entering] };
  }
}
