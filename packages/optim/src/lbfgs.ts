import { enableGrad, noGrad } from "@dl/autograd";
import { ArgumentError, formatShape } from "@dl/backend";
import { concatenate, dot, stack, Tensor, tidy, zerosLike } from "@dl/tensor";
import { checkCount, checkNonNegative } from "./check-options.ts";
import { checkHistory, type LbfgsState } from "./lbfgs-state.ts";
import type { OptimizerOptions } from "./optimizer.ts";
import { makeGroups, type ParameterGroup } from "./parameter-groups.ts";
import { strongWolfe, type LinePoint } from "./strong-wolfe.ts";

export interface LbfgsOptions extends OptimizerOptions {
  /** Directions tried in one call of `step`. */
  maxIterations: number;
  /** Losses computed in one call of `step`, about; 5/4 of `maxIterations` unless given. */
  maxEvaluations: number;
  /** Done when no gradient is larger. */
  toleranceGradient: number;
  /** Done when neither loss nor parameters change by more. */
  toleranceChange: number;
  /** Pairs of steps and gradient differences kept. */
  historySize: number;
  /** How long a step is: `learningRate` times the direction, or found by strong Wolfe conditions. */
  lineSearch: "none" | "strongWolfe";
}

/** Forgets old gradients, computes the loss, calls backward and returns the loss. */
export type Closure = () => Tensor | Promise<Tensor>;

type Point = LinePoint<Tensor>;

/**
 * Quasi-Newton descent with limited memory: the inverse curvature is estimated from the last steps
 * and how the gradient changed along them. For small problems and full batches.
 *
 * d = −H g by the two-loop recursion over pairs s = θₜ₊₁ − θₜ, y = gₜ₊₁ − gₜ, from H₀ = sᵀy / yᵀy.
 *
 * A step needs the loss several times, and its value: pass a closure, and await.
 *
 * Source: Nocedal & Wright 2006, "Numerical optimization", algorithms 7.4 and 7.5; tolerances and
 * the first step as PyTorch.
 *
 * @throws {ArgumentError} for options out of their range, no parameters, or one given twice.
 * @example
 * const x = tensor([3, -2]).requireGrad();
 * const optimizer = new LBFGS([x], { lineSearch: "strongWolfe" });
 * await optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = x.sub(1).square().sum();
 *   loss.backward();
 *   return loss;
 * });
 * (await x.data()).every((value) => Math.abs(value - 1) < 1e-3); // => true
 */
export class LBFGS {
  /** One group: the curvature is estimated over all parameters together. */
  readonly groups: readonly [ParameterGroup<LbfgsOptions>];
  #state: LbfgsState | undefined;

  constructor(parameters: Iterable<Tensor>, options: Partial<LbfgsOptions> = {}) {
    const maxIterations = options.maxIterations ?? 20;
    const [group] = makeGroups<LbfgsOptions>("lbfgs", parameters, {
      learningRate: 1,
      maxIterations,
      maxEvaluations: Math.floor((maxIterations * 5) / 4),
      toleranceGradient: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearch: "none",
      ...options,
    });
    this.groups = [group!];
    checkOptions(group!);
    checkAlike(group!.parameters);
  }

  get learningRate(): number {
    return this.groups[0].learningRate;
  }

  set learningRate(learningRate: number) {
    checkNonNegative("lbfgs", "learningRate", learningRate);
    this.groups[0].learningRate = learningRate;
  }

  /** Forgets the gradients of all parameters, so that the next backward starts from none. */
  zeroGrad(): void {
    for (const parameter of this.groups[0].parameters)
      if (parameter.grad !== null) parameter.grad = null;
  }

  /**
   * Up to `maxIterations` steps; gives the loss from before them.
   *
   * @throws {ArgumentError} if the closure does not return a scalar.
   */
  async step(closure: Closure): Promise<number> {
    const options = this.groups[0];
    const { maxIterations, maxEvaluations, toleranceGradient, toleranceChange } = options;
    let { loss, gradient, gradientSize, gradientSum } = await this.#evaluate(closure);
    const lossBefore = loss;
    let evaluations = 1;
    for (let i = 1; gradientSize > toleranceGradient && i <= maxIterations; i++) {
      const history = await this.#remember(gradient, loss);
      const { direction, iterationCount } = history;
      const [slope, directionSize] = await readNumbers(
        dot(gradient, direction),
        direction.abs().max(),
      );
      if (!(slope! <= -toleranceChange)) break;
      const { learningRate } = options;
      const firstStep =
        iterationCount === 1 ? Math.min(1, 1 / gradientSum) * learningRate : learningRate;
      const start = this.#positions();
      const lossHere = loss;
      let step = firstStep;
      if (options.lineSearch === "strongWolfe") {
        const { point, evaluationCount } = await strongWolfe<Tensor>(
          (t) => this.#evaluateAt(closure, start, direction, t),
          { step: 0, loss, slope: slope!, gradient },
          firstStep,
          { directionSize: directionSize!, toleranceChange },
        );
        ({ step, loss, gradient } = point);
        evaluations += evaluationCount;
        this.#move(start, direction, step);
        [gradientSize] = (await readNumbers(gradient.abs().max())) as [number];
      } else {
        this.#move(start, direction, step);
        if (i < maxIterations) {
          ({ loss, gradient, gradientSize } = await this.#evaluate(closure));
          evaluations++;
        }
      }
      this.#state = { ...history, stepLength: step };
      const isStuck =
        directionSize! * Math.abs(step) <= toleranceChange ||
        Math.abs(loss - lossHere) < toleranceChange;
      if (evaluations >= maxEvaluations || isStuck) break;
    }
    return lossBefore;
  }
}
