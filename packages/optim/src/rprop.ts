import { ArgumentError, scalar } from "@dl/backend";
import { checkPositive } from "./check-options.ts";
import { sign } from "./formula-terms.ts";
import type { OptimizerOptions, Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";
import {
  PointwiseOptimizer,
  updateRule,
  type Formula,
  type UpdateRule,
} from "./pointwise-optimizer.ts";
import { max, mul, sub } from "./scalar-functions.ts";

/** `learningRate` is the size of the first step; changing it later has no effect. */
export interface RpropOptions extends OptimizerOptions {
  /** Factor of the step size when the gradient's sign has changed. */
  etaMinus: number;
  /** Factor of the step size when the gradient's sign has stayed. */
  etaPlus: number;
  minimumStep: number;
  maximumStep: number;
}

// θ parameter, g gradient, Δ step size, η⁻ and η⁺ its factors.
const rpropStep: Formula<
  "previousGradient" | "stepSize",
  "etaMinus" | "etaPlus" | "minimumStep" | "maximumStep"
> = (before, n) => {
  const agreement = mul(before.g, before.previousGradient);
  const { less, min, select } = scalar;
  const hasTurned = less(agreement, 0);
  const factor = select(less(0, agreement), n.etaPlus, select(hasTurned, n.etaMinus, 1));
  const delta = min(max(mul(before.stepSize, factor), n.minimumStep), n.maximumStep);
  // After a turn the parameter waits, and the next step counts as a fresh start.
  const g = select(hasTurned, 0, before.g);
  return {
    theta: sub(before.theta, mul(sign(g), delta)),
    previousGradient: g,
    stepSize: delta,
  };
};

/**
 * Steps by the gradient's sign alone; each parameter's step grows while the sign stays and shrinks
 * when it turns. For full batches.
 *
 * Δₜ = clamp(Δₜ₋₁ · (η⁺ if gₜ gₜ₋₁ > 0, η⁻ if < 0, else 1)), θₜ = θₜ₋₁ − sign(gₜ) Δₜ; after a turn
 * gₜ counts as 0.
 *
 * Source: Riedmiller & Braun 1993, "A direct adaptive method for faster backpropagation learning",
 * in the variant without backtracking (Igel & Hüsken 2000, iRprop⁻), as PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new Rprop([x], { learningRate: 0.5 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1.5]
 */
export class Rprop extends PointwiseOptimizer<RpropOptions> {
  constructor(parameters: ParametersOrGroups<RpropOptions>, options: Partial<RpropOptions> = {}) {
    super("rprop", parameters, options, {
      learningRate: 1e-2,
      etaMinus: 0.5,
      etaPlus: 1.2,
      minimumStep: 1e-6,
      maximumStep: 50,
    });
  }

  protected slots({ learningRate }: RpropOptions): Slots {
    return { previousGradient: 0, stepSize: learningRate };
  }

  protected checkOptions(options: RpropOptions): void {
    const { etaMinus, etaPlus, minimumStep, maximumStep } = options;
    checkPositive("rprop", "etaMinus", etaMinus);
    if (!(etaMinus < 1 && etaPlus > 1 && etaPlus < Infinity))
      throw new ArgumentError(
        "rprop",
        `etaMinus must be below 1 and etaPlus above: received ${etaMinus} and ${etaPlus}.`,
        { received: { etaMinus, etaPlus } },
      );
    checkPositive("rprop", "minimumStep", minimumStep);
    checkPositive("rprop", "maximumStep", maximumStep);
    if (minimumStep > maximumStep)
      throw new ArgumentError(
        "rprop",
        `minimumStep must not be above maximumStep: received ${minimumStep} and ${maximumStep}.`,
        { received: { minimumStep, maximumStep } },
      );
  }

  protected updateRule(options: RpropOptions): UpdateRule {
    const { etaMinus, etaPlus, minimumStep, maximumStep } = options;
    return updateRule(rpropStep, { etaMinus, etaPlus, minimumStep, maximumStep });
  }
}
