import type { Scalar } from "@dl/backend";
import { fusedMap, stepRecorder, type LiveNumber, type Tensor } from "@dl/tensor";
import { Optimizer, type OptimizerOptions, type Progress } from "./optimizer.ts";

/**
 * One element's update: from the parameter `theta`, its gradient `g`, the slots and numbers, all by
 * name, to the next `theta` and the next slots. `Optional` slots exist under some options only.
 */
export type Formula<
  Slot extends string = string,
  Name extends string = string,
  Optional extends string = never,
> = (
  tensors: Readonly<Record<"theta" | "g" | Slot, Scalar> & Partial<Record<Optional, Scalar>>>,
  numbers: Readonly<Record<Name, Scalar>>,
) => Readonly<Record<"theta" | Slot, Scalar> & Partial<Record<Optional, Scalar | undefined>>>;

/** One parameter's update: a formula and the numbers it needs besides tensors. */
export interface UpdateRule {
  readonly formula: Formula;
  readonly numbers: Readonly<Record<string, number>>;
}

/**
 * Pairs a formula with exactly the numbers it names.
 *
 * @example
 * const descent = ({ theta, g }, { gamma }) => ({ theta: scalar.sub(theta, scalar.mul(gamma, g)) });
 * updateRule(descent, { gamma: 0.1 }).numbers.gamma; // => 0.1
 */
export function updateRule<
  Slot extends string,
  Name extends string,
  Optional extends string = never,
>(formula: Formula<Slot, Name, Optional>, numbers: Readonly<Record<Name, number>>): UpdateRule {
  return { formula, numbers };
}

/**
 * An optimiser whose formula treats every element alone, so that a parameter's update, slots
 * included, is one program. Numbers are given at dispatch: changing one recompiles nothing.
 *
 * @example
 * new Adam(model.parameters()) instanceof PointwiseOptimizer; // => true
 */
export abstract class PointwiseOptimizer<
  Options extends OptimizerOptions,
> extends Optimizer<Options> {
  /** The formula of step number `stepCount`, which is 1 for a parameter's first. */
  protected abstract updateRule(options: Options, stepCount: number): UpdateRule;

  /** Asked for again by each replay, as numbers of the formula. */
  protected override followOptions(options: Options): void {
    stepRecorder()?.follows(options);
  }

  protected update(
    parameter: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    options: Options,
    progress: Progress,
  ): readonly Tensor[] {
    const rule = this.updateRule(options, progress.stepCount);
    const { formula } = rule;
    const slotNames = Object.keys(this.slots(options));
    const numberNames = Object.keys(rule.numbers);
    const numbers = Object.values(rule.numbers).map((number): LiveNumber => ({ number }));
    const recorder = stepRecorder();
    recorder?.requires(
      () =>
        this.updateRule(options, progress.stepCount + 1).formula === formula &&
        areSame(Object.keys(this.slots(options)), slotNames),
      "an optimiser's formula is another",
    );
    recorder?.whenReplayed(options, () => {
      const now = this.updateRule(options, progress.stepCount).numbers;
      numberNames.forEach((name, i) => {
        numbers[i]!.number = now[name]!;
      });
    });
    return fusedMap(
      (...operands) => {
        const known = lastBuilt.get(formula);
        const isKnown =
          known !== undefined &&
          areSame(known.slotNames, slotNames) &&
          areSame(known.operands, operands);
        if (isKnown) return known.results;
        const [theta, g, ...rest] = operands;
        const tensors = { theta: theta!, g: g!, ...named(slotNames, rest) };
        const next = formula(tensors, named(numberNames, rest.slice(slotNames.length)));
        const results = ["theta", ...slotNames].map((name) => next[name]!);
        lastBuilt.set(formula, { slotNames, operands, results });
        return results;
      },
      [parameter, gradient, ...slots, ...numbers],
    );
  }
}

/** What each formula gave for which expressions: the same step after step, and those are interned. */
const lastBuilt = new WeakMap<
  Formula,
  {
    readonly slotNames: readonly string[];
    readonly operands: readonly Scalar[];
    readonly results: readonly Scalar[];
  }
>();

function areSame(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, i) => item === right[i]);
}

function named(names: readonly string[], scalars: readonly Scalar[]): Record<string, Scalar> {
  return Object.fromEntries(names.map((name, i) => [name, scalars[i]!]));
}
