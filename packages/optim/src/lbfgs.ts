import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, formatShape, type OptionKinds } from "@dl/backend";
import { concatenate, dot, stack, Tensor, zerosLike } from "@dl/tensor";
import { checkCount, checkNonNegative } from "./check-options.ts";
import { checkMemory, nextDirection, type LbfgsMemory } from "./lbfgs-memory.ts";
import type { OptimizerOptions } from "./optimizer.ts";
import { makeGroups, type ParameterGroup } from "./parameter-groups.ts";
import { strongWolfe } from "./strong-wolfe.ts";

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

const lbfgsKinds: OptionKinds<LbfgsOptions> = {
  learningRate: "number",
  maxIterations: "number",
  maxEvaluations: "number",
  toleranceGradient: "number",
  toleranceChange: "number",
  historySize: "number",
  lineSearch: '"none"|"strongWolfe"',
};

/** Forgets old gradients, computes the loss, calls backward and returns the loss. */
export type Closure = () => Tensor | Promise<Tensor>;

/** All that {@link LBFGS} needs to continue. */
export interface LbfgsState {
  readonly groups: readonly [LbfgsOptions];
  /** null before the first step. */
  readonly memory: LbfgsMemory | null;
}

/** Loss and flat gradient where the parameters stand. */
interface Evaluation {
  readonly loss: number;
  readonly gradient: Tensor;
  readonly gradientSize: number;
  readonly gradientSum: number;
}

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
  /** Computes the loss as often as it needs, by a closure. */
  readonly kind = "closure";
  /** One group: the curvature is estimated over all parameters together. */
  readonly groups: readonly [ParameterGroup<LbfgsOptions>];
  #memory: LbfgsMemory | null = null;
  #isStepping = false;

  constructor(parameters: Iterable<Tensor>, options: Partial<LbfgsOptions> = {}) {
    const { maxIterations = 20 } = checkOptions("lbfgs", options, lbfgsKinds);
    const [group] = makeGroups<LbfgsOptions>("lbfgs", parameters, options, {
      learningRate: 1,
      maxIterations,
      maxEvaluations: Math.floor((maxIterations * 5) / 4),
      toleranceGradient: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearch: "none",
    });
    this.groups = [group!];
    checkRanges(group!);
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
   * @throws {ArgumentError} without a closure, if it does not return a scalar, or while another step
   * is under way.
   */
  async step(closure: Closure): Promise<number> {
    if (this.#isStepping)
      throw new ArgumentError(
        "lbfgs",
        "step was called while another one moves the parameters. Await its promise first.",
      );
    this.#isStepping = true;
    try {
      return await this.#step(closure);
    } finally {
      this.#isStepping = false;
    }
  }

  async #step(closure: Closure): Promise<number> {
    if (typeof closure !== "function")
      throw new ArgumentError(
        "lbfgs",
        `step needs a function that computes the loss: received ${typeof closure}. Pass () => { optimizer.zeroGrad(); ...; loss.backward(); return loss; }.`,
        { received: closure },
      );
    const options = this.groups[0];
    const { learningRate, maxIterations, maxEvaluations } = options;
    const before = await this.#evaluate(closure);
    let here = before;
    let evaluationCount = 1;
    for (let i = 1; i <= maxIterations; i++) {
      if (here.gradientSize <= options.toleranceGradient) break;
      const memory = await nextDirection(this.#memory, here.gradient, options.historySize);
      const { direction } = memory;
      const [slope, directionSize] = await readNumbers([
        dot(here.gradient, direction),
        direction.abs().max(),
      ]);
      const firstStep =
        memory.iterationCount === 1
          ? Math.min(1, 1 / here.gradientSum) * learningRate
          : learningRate;
      this.#memory = { ...memory, stepLength: firstStep };
      // Not `>`: a slope that is NaN ends the search too.
      if (!(slope! <= -options.toleranceChange)) break;
      const positions = this.groups[0].parameters.map((parameter) => parameter.detach());
      const lossBefore = here.loss;
      if (options.lineSearch === "strongWolfe") {
        const found = await strongWolfe<Evaluation>(
          async (step) => {
            this.#move(positions, direction, step);
            const trial = await this.#evaluate(closure);
            const [trialSlope] = await readNumbers([dot(trial.gradient, direction)]);
            return { step, loss: trial.loss, slope: trialSlope!, evaluation: trial };
          },
          { step: 0, loss: lossBefore, slope: slope!, evaluation: here },
          firstStep,
          { directionSize: directionSize!, toleranceChange: options.toleranceChange },
        );
        this.#memory = { ...memory, stepLength: found.point.step };
        this.#move(positions, direction, found.point.step);
        here = found.point.evaluation;
        evaluationCount += found.evaluationCount;
      } else {
        this.#move(positions, direction, firstStep);
        // The next call begins with this evaluation, on its own data.
        if (i === maxIterations) break;
        here = await this.#evaluate(closure);
        evaluationCount++;
      }
      if (evaluationCount >= maxEvaluations) break;
      if (directionSize! * this.#memory.stepLength <= options.toleranceChange) break;
      if (Math.abs(here.loss - lossBefore) < options.toleranceChange) break;
    }
    return before.loss;
  }

  async #evaluate(closure: Closure): Promise<Evaluation> {
    const loss = await closure();
    if (!(loss instanceof Tensor) || loss.elementCount !== 1)
      throw new ArgumentError(
        "lbfgs",
        `the closure must return the loss, a scalar tensor: received ${loss instanceof Tensor ? `shape ${formatShape(loss.shape)}` : typeof loss}. End it with: loss.backward(); return loss.`,
        { received: loss },
      );
    const gradient = flatGradient(this.groups[0].parameters);
    const size = gradient.abs();
    const [value, gradientSize, gradientSum] = await readNumbers([
      loss.detach().reshape([]).cast(gradient.dtype),
      size.max(),
      size.sum(),
    ]);
    return {
      loss: value!,
      gradient,
      gradientSize: gradientSize!,
      gradientSum: gradientSum!,
    };
  }

  /** Puts the parameters at `step` times the direction from `positions`. */
  #move(positions: readonly Tensor[], direction: Tensor, step: number): void {
    noGrad(() => {
      let offset = 0;
      this.groups[0].parameters.forEach((parameter, i) => {
        const { elementCount, shape } = parameter;
        const part = direction.narrow(0, offset, elementCount).reshape(shape);
        parameter.assign(positions[i]!.add(part.mul(step)));
        offset += elementCount;
      });
    });
  }

  /** Options and memory as they are now, to continue from later; not changed by further steps. */
  stateDict(): LbfgsState {
    const { parameters: _, ...options } = this.groups[0];
    return { groups: [options], memory: this.#memory };
  }

  /**
   * Continues from what {@link LBFGS.stateDict} gave.
   *
   * @throws {ArgumentError} if it was taken with other parameters; nothing is changed then.
   */
  loadStateDict({ groups: [options], memory }: LbfgsState): void {
    checkRanges(options);
    if (memory !== null) checkMemory(memory, elementCountOf(this.groups[0].parameters));
    Object.assign(this.groups[0], options);
    this.#memory = memory;
  }
}

function checkRanges(options: LbfgsOptions): void {
  checkNonNegative("lbfgs", "learningRate", options.learningRate);
  checkCount("lbfgs", "maxIterations", options.maxIterations);
  checkCount("lbfgs", "maxEvaluations", options.maxEvaluations);
  checkNonNegative("lbfgs", "toleranceGradient", options.toleranceGradient);
  checkNonNegative("lbfgs", "toleranceChange", options.toleranceChange);
  checkCount("lbfgs", "historySize", options.historySize);
}

/** All parameters are laid end to end in one vector. */
function checkAlike(parameters: readonly Tensor[]): void {
  const kindOf = (x: Tensor): string => `${x.dtype} on ${x.backend.name}`;
  const first = kindOf(parameters[0]!);
  parameters.forEach((parameter, i) => {
    if (kindOf(parameter) !== first)
      throw new ArgumentError(
        "lbfgs",
        `parameters must have one type and one backend: received ${first}, and ${kindOf(parameter)} at position ${i}. Use an optimiser for each.`,
        { expected: first, received: kindOf(parameter) },
      );
  });
}

function elementCountOf(parameters: readonly Tensor[]): number {
  return parameters.reduce((sum, { elementCount }) => sum + elementCount, 0);
}

/** [all elements]; zeros where a parameter has no gradient. */
function flatGradient(parameters: readonly Tensor[]): Tensor {
  return concatenate(
    parameters.map((parameter) =>
      (parameter.grad ?? zerosLike(parameter)).detach().reshape([parameter.elementCount]),
    ),
  );
}

/** Several scalars in one read. */
async function readNumbers(scalars: readonly Tensor[]): Promise<number[]> {
  return [...(await stack(scalars).data())];
}
