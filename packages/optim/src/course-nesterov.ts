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

export interface CourseNesterovOptions extends OptimizerOptions {
  /** Share of the velocity that friction leaves at each step. */
  momentum: number;
}

// θ parameter after the momentum step, where g was taken; v velocity, γ learningRate, μ momentum.
const nesterovStep: Formula<"velocity", "gamma" | "mu"> = (
  { theta, g, velocity },
  { gamma, mu },
) => {
  const beforeMomentum = sub(theta, mul(mu, velocity));
  const v = sub(mul(mu, velocity), mul(gamma, g));
  return { theta: add(add(beforeMomentum, v), mul(mu, v)), velocity: v };
};

/**
 * Nesterov's momentum as the course draws it: the gradient is taken after the momentum step.
 *
 * v = μ v − γ ∇L(θ + μ v), θ = θ + v.
 *
 * Between steps the parameters stand where the momentum will have carried them, at θ + μ v, so that
 * backward gives the gradient there. {@link SGD} with `nesterov` is the same while the learning rate
 * stays; when it changes, this keeps the velocity that it has.
 *
 * Source: Nesterov 1983, "A method for solving the convex programming problem with convergence rate
 * O(1/k²)"; Sutskever et al. 2013, eq. 3-4; Bengio et al. 2012, arXiv:1212.0901, section 3.5.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([1, -2]).requireGrad();
 * const optimizer = new CourseNesterov([x], { learningRate: 0.25, momentum: 0.5 });
 * x.square().sum().backward();
 * optimizer.step(); // to 0.5 and -1, and on by half of that
 * await x.toArray(); // => [0.25, -0.5]
 */
export class CourseNesterov extends PointwiseOptimizer<CourseNesterovOptions> {
  constructor(
    parameters: ParametersOrGroups<CourseNesterovOptions>,
    options: Pick<CourseNesterovOptions, "learningRate"> & Partial<CourseNesterovOptions>,
  ) {
    super("courseNesterov", parameters, options, { momentum: 0.9 });
  }

  protected slots(): Slots {
    return { velocity: 0 };
  }

  protected checkOptions({ momentum }: CourseNesterovOptions): void {
    checkDecay("courseNesterov", "momentum", momentum);
  }

  protected updateRule({ learningRate: gamma, momentum: mu }: CourseNesterovOptions): UpdateRule {
    return updateRule(nesterovStep, { gamma, mu });
  }
}
