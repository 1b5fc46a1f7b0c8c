import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import { stepRecorder } from "@dl/tensor";
import { checkNonNegative } from "./check-options.ts";
import type { Schedulable } from "./scheduler.ts";

/** Patience and steps of {@link ReduceOnPlateau}. */
export interface ReduceOnPlateauOptions {
  /** Whether a smaller or a larger value is better. */
  mode: "min" | "max";
  /** The learning rate is multiplied by this. */
  factor: number;
  /** Values without improvement that are let pass. */
  patience: number;
  /** How much better a value must be to count. */
  threshold: number;
  /** Whether the threshold is a share of the best value's magnitude, or an amount. */
  thresholdMode: "relative" | "absolute";
  /** Values after a reduction that are not judged. */
  cooldown: number;
  /** The learning rate does not fall below this. */
  minimum: number;
  /** A reduction by less is left out. */
  epsilon: number;
}

const plateauKinds: OptionKinds<ReduceOnPlateauOptions> = {
  mode: '"min"|"max"',
  factor: "number",
  patience: "number",
  threshold: "number",
  thresholdMode: '"relative"|"absolute"',
  cooldown: "number",
  minimum: "number",
  epsilon: "number",
};

/** All that {@link ReduceOnPlateau} needs to continue. */
export interface ReduceOnPlateauState {
  readonly best: number;
  readonly badCount: number;
  readonly cooldownLeft: number;
}

/**
 * Lowers the learning rate when a value, such as the validation loss, has stopped improving.
 *
 * After more than `patience` values that are not better than the best by `threshold`, every group's
 * rate is multiplied by `factor`.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const optimizer = new SGD([tensor(1).requireGrad()], { learningRate: 0.5 });
 * const plateau = new ReduceOnPlateau(optimizer, { factor: 0.5, patience: 1 });
 * for (const loss of [1, 1, 1]) plateau.step(loss);
 * optimizer.learningRate; // => 0.25
 */
export class ReduceOnPlateau {
  readonly #optimizer: Schedulable;
  readonly #options: ReduceOnPlateauOptions;
  #state: ReduceOnPlateauState;

  constructor(optimizer: Schedulable, options: Partial<ReduceOnPlateauOptions> = {}) {
    this.#optimizer = optimizer;
    this.#options = {
      mode: "min",
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: "relative",
      cooldown: 0,
      minimum: 0,
      epsilon: 1e-8,
      ...checkOptions("reduceOnPlateau", options, plateauKinds),
    };
    const { factor, patience, threshold, cooldown, minimum, epsilon, mode } = this.#options;
    if (!(factor >= 0 && factor < 1))
      throw new ArgumentError(
        "reduceOnPlateau",
        `factor must be at least 0 and below 1: received ${factor}.`,
        { expected: "[0, 1)", received: factor },
      );
    checkNonNegative("reduceOnPlateau", "patience", patience);
    checkNonNegative("reduceOnPlateau", "threshold", threshold);
    checkNonNegative("reduceOnPlateau", "cooldown", cooldown);
    checkNonNegative("reduceOnPlateau", "minimum", minimum);
    checkNonNegative("reduceOnPlateau", "epsilon", epsilon);
    this.#state = { best: mode === "min" ? Infinity : -Infinity, badCount: 0, cooldownLeft: 0 };
  }

  /** Judges the next value; NaN counts as no improvement. */
  step(value: number): void {
    stepRecorder()?.refuse("a schedule judged a value");
    const { patience, cooldown } = this.#options;
    let { best, badCount, cooldownLeft } = this.#state;
    if (this.#isBetter(value, best)) {
      best = value;
      badCount = 0;
    } else badCount++;
    if (cooldownLeft > 0) {
      cooldownLeft--;
      badCount = 0;
    }
    if (badCount > patience) {
      this.#reduce();
      cooldownLeft = cooldown;
      badCount = 0;
    }
    this.#state = { best, badCount, cooldownLeft };
  }

  #isBetter(value: number, best: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const isFirst = !Number.isFinite(best);
    const margin = thresholdMode === "absolute" || isFirst ? threshold : threshold * Math.abs(best);
    return mode === "min" ? value < best - margin : value > best + margin;
  }

  #reduce(): void {
    const { factor, minimum, epsilon } = this.#options;
    for (const group of this.#optimizer.groups) {
      const reduced = Math.max(group.learningRate * factor, minimum);
      if (group.learningRate - reduced > epsilon) group.learningRate = reduced;
    }
  }

  /** What must be kept to go on from here. */
  stateDict(): ReduceOnPlateauState {
    return this.#state;
  }

  /** Continues from what {@link ReduceOnPlateau.stateDict} gave; rates are the optimiser's state. */
  loadStateDict(state: ReduceOnPlateauState): void {
    this.#state = { ...state };
  }
}
