import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions } from "@dl/backend";
import { keepBeyondScope, stepRecorder, type Tensor } from "@dl/tensor";
import { checkPositive } from "./check-options.ts";
import { gradNorm } from "./gradient-norm.ts";
import type { OptimizerState } from "./optimizer-state.ts";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import type { ParameterGroup } from "./parameter-groups.ts";

/** Radius of {@link SAM}. */
export interface SamOptions {
  /** How far to climb before the gradient is taken. */
  rho: number;
}

/**
 * Sharpness-aware minimisation: another optimiser's step with the gradient from the worst point
 * nearby, so that it ends in flat places. Every step takes two backward passes:
 *
 * ε = ρ g / ‖g‖ over all parameters; θ moves by the optimiser's step with ∇L(θ + ε).
 *
 * Source: Foret et al. 2021, arXiv:2010.01412, algorithm 1 with p = 2.
 *
 * @throws {ArgumentError} unless `rho` is above 0.
 * @example
 * const x = tensor([3, 4]).requireGrad();
 * const optimizer = new SAM(new SGD([x], { learningRate: 0.25 }), { rho: 5 });
 * x.square().sum().backward();
 * optimizer.ascend(); // to [6, 8]
 * optimizer.zeroGrad();
 * x.square().sum().backward();
 * optimizer.step(); // back to [3, 4], and on by -0.25 · [12, 16]
 * await x.toArray(); // => [0, 0]
 */
export class SAM<Options extends OptimizerOptions> {
  /** Wants a second gradient, from uphill. */
  readonly kind = "ascending";
  readonly optimizer: Optimizer<Options>;
  /** May be changed between steps. */
  rho: number;
  readonly #ascent: { before: ReadonlyMap<Tensor, Tensor> | undefined } = { before: undefined };

  constructor(optimizer: Optimizer<Options>, options: Partial<SamOptions> = {}) {
    const { rho = 0.05 } = checkOptions("sam", options, { rho: "number" });
    checkPositive("sam", "rho", rho);
    this.optimizer = optimizer;
    this.rho = rho;
  }

  get groups(): readonly ParameterGroup<Options>[] {
    return this.optimizer.groups;
  }

  get learningRate(): number {
    return this.optimizer.learningRate;
  }

  set learningRate(learningRate: number) {
    this.optimizer.learningRate = learningRate;
  }

  /**
   * Moves the parameters uphill by `rho`, to where the second backward belongs.
   *
   * @throws {ArgumentError} when they have been moved already.
   */
  ascend(): void {
    this.#tell();
    if (this.#ascent.before !== undefined)
      throw new ArgumentError(
        "sam",
        "ascend was called twice. Call step() after the second backward.",
      );
    const moved = this.groups
      .flatMap(({ parameters }) => parameters)
      .filter(({ grad }) => grad !== null);
    this.#ascent.before = new Map(
      moved.map((parameter) => [parameter, keepBeyondScope(parameter.detach())]),
    );
    noGrad(() => {
      // 10⁻¹²: at a stationary point there is nowhere to climb.
      const scale = gradNorm(moved).add(1e-12).reciprocal().mul(this.rho);
      for (const parameter of moved)
        parameter.assign(parameter.add(parameter.grad!.mul(scale.cast(parameter.dtype))));
    });
  }

  /**
   * Moves the parameters back and lets the optimiser step with the gradients of now.
   *
   * @throws {ArgumentError} without {@link SAM.ascend} before.
   */
  step(): void {
    this.#tell();
    if (this.#ascent.before === undefined)
      throw new ArgumentError(
        "sam",
        "step was called without ascend. A step is backward, ascend(), zeroGrad(), backward, step().",
      );
    for (const [parameter, before] of this.#ascent.before) parameter.assign(before);
    this.#ascent.before = undefined;
    this.optimizer.step();
  }

  /** What a compiled step asks for. */
  #tell(): void {
    stepRecorder()?.reads(this);
    stepRecorder()?.reads(this.#ascent);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    this.optimizer.zeroGrad();
  }

  /** The optimiser's state: {@link Optimizer.stateDict}. @throws {ArgumentError} after an ascent. */
  stateDict(): OptimizerState<Options> {
    if (this.#ascent.before !== undefined)
      throw new ArgumentError(
        "sam",
        "the parameters stand uphill, and a state taken now could not be continued. Call step() first.",
      );
    return this.optimizer.stateDict();
  }

  /** {@link Optimizer.loadStateDict}. @throws {ArgumentError} */
  loadStateDict(state: OptimizerState<Options>): void {
    this.optimizer.loadStateDict(state);
  }
}
