import { checkDecay } from "./check-options.ts";
import type { OptimizerOptions, Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";
import {
  PointwiseOptimizer,
  updateRule,
  type Formula,
  type UpdateRule,
} from "./pointwise-optimizer.ts";
import { add, mul, sub } from "./scalar-functions.ts";

export interface CourseMomentumOptions extends OptimizerOptions {
  /** Share of the velocity that friction leaves at each step. */
  momentum: number;
}

// θ parameter, g gradient, v velocity, γ learningRate, μ momentum.
const boulderStep: Formula<"velocity", "gamma" | "mu"> = (
  { theta, g, velocity },
  { gamma, mu },
) => {
  const v = sub(mul(mu, velocity), mul(gamma, g));
  return { theta: add(theta, v), velocity: v };
};

/**
 * Momentum as the course draws it: a boulder with friction. The slope pushes it by γ g, friction
 * leaves μ of its velocity.
 *
 * v = μ v − γ g, θ = θ + v.
 *
 * The same as {@link SGD}'s momentum while the learning rate stays; when it changes, the boulder
 * keeps the velocity that it has.
 *
 * Source: Polyak 1964, "Some methods of speeding up the convergence of iteration methods"; Sutskever
 * et al. 2013, eq. 1-2.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new CourseMomentum([x], { learningRate: 0.25 });
 * x.square().sum().backward();
 * optimizer.step();
 * await x.toArray(); // => [0.5, -1]
 */
export class CourseMomentum extends PointwiseOptimizer<CourseMomentumOptions> {
  constructor(
    parameters: ParametersOrGroups<CourseMomentumOptions>,
    options: Pick<CourseMomentumOptions, "learningRate"> & Partial<CourseMomentumOptions>,
  ) {
    super("courseMomentum", parameters, options, { momentum: 0.9 });
  }

  protected slots(): Slots {
    return { velocity: 0 };
  }

  protected checkOptions({ momentum }: CourseMomentumOptions): void {
    checkDecay("courseMomentum", "momentum", momentum);
  }

  protected updateRule({ learningRate: gamma, momentum: mu }: CourseMomentumOptions): UpdateRule {
    return updateRule(boulderStep, { gamma, mu });
  }
}
