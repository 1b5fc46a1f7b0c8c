import { noGrad } from "@dl/autograd";
import { fusedMap, zerosLike, type FusedExpressions, type Tensor } from "@dl/tensor";
import { checkNonNegative } from "./check-options.ts";
import { checkState, type OptimizerState } from "./optimizer-state.ts";
import { makeGroups, type ParameterGroup, type ParametersOrGroups } from "./parameter-groups.ts";

/** Options that every optimiser has. */
export interface OptimizerOptions {
  /** Length of a step; may be changed between steps at no cost. */
  learningRate: number;
}

/** One parameter's update, as expressions. */
export interface UpdateRule {
  /** (parameter, gradient, ...slots, ...numbers) → next parameter and next slots, in that order. */
  readonly build: FusedExpressions;
  /** What the formula needs besides tensors. */
  readonly numbers: readonly number[];
}

/** What an optimiser remembers of one parameter. */
interface Memory {
  stepCount: number;
  slots: readonly Tensor[];
  /** Somebody outside was given the slots, so they are left to the garbage collector. */
  isShared: boolean;
}

/**
 * Changes parameters by their gradients.
 *
 * A subclass names what it remembers per parameter (`slotNames`) and gives the formula
 * (`updateRule`). Each parameter's update runs as one program.
 */
export abstract class Optimizer<Options extends OptimizerOptions> {
  /** ParametersOrGroups with the options that hold for them; options may be changed between steps. */
  readonly groups: readonly ParameterGroup<Options>[];
  readonly #name: string;
  readonly #memories = new Map<Tensor, Memory>();

  /**
   * @throws {ArgumentError} without parameters, with a parameter given twice or computed from
   * others, or with an option out of its range.
   */
  constructor(name: string, parameters: ParametersOrGroups<Options>, defaults: Options) {
    this.#name = name;
    this.groups = makeGroups(name, parameters, defaults);
    for (const group of this.groups) {
      checkNonNegative(name, "learningRate", group.learningRate);
      this.checkOptions(group);
    }
  }

  /** Names of the tensors remembered for a parameter under these options; they start as zeros. */
  protected abstract slotNames(options: Options): readonly string[];

  /** The formula of step number `stepCount`, which is 1 for a parameter's first. */
  protected abstract updateRule(options: Options, stepCount: number): UpdateRule;

  /** @throws {ArgumentError} for options out of their range. */
  protected abstract checkOptions(options: Options): void;

  /** The first group's learning rate; setting it sets every group's. */
  get learningRate(): number {
    return this.groups[0]!.learningRate;
  }

  set learningRate(learningRate: number) {
    checkNonNegative(this.#name, "learningRate", learningRate);
    for (const group of this.groups) group.learningRate = learningRate;
  }

  /** Changes every parameter that has a gradient. */
  step(): void {
    noGrad(() => {
      for (const group of this.groups)
        for (const parameter of group.parameters) {
          const gradient = parameter.grad;
          if (gradient !== null) this.#update(parameter, gradient, group);
        }
    });
  }

  #update(parameter: Tensor, gradient: Tensor, options: Options): void {
    const memory = this.#memoryOf(parameter, options);
    memory.stepCount++;
    const { build, numbers } = this.updateRule(options, memory.stepCount);
    const [next, ...slots] = fusedMap(build, [parameter, gradient, ...memory.slots, ...numbers]);
    parameter.assign(next!);
    if (!memory.isShared) for (const slot of memory.slots) slot.dispose();
    memory.slots = slots;
    memory.isShared = false;
  }

  #memoryOf(parameter: Tensor, options: Options): Memory {
    const names = this.slotNames(options);
    let memory = this.#memories.get(parameter);
    // Momentum may be switched on or off between steps; the memory then starts anew.
    if (memory?.slots.length !== names.length) {
      const slots = names.map(() => zerosLike(parameter));
      memory = { stepCount: 0, slots, isShared: false };
      this.#memories.set(parameter, memory);
    }
    return memory;
  }

  /** Forgets the gradients of all parameters, so that the next backward starts from none. */
  zeroGrad(): void {
    for (const { parameters } of this.groups)
      for (const parameter of parameters) if (parameter.grad !== null) parameter.grad = null;
  }

  /** Options and memories as they are now, to continue from later; not changed by further steps. */
  stateDict(): OptimizerState<Options> {
    return {
      groups: this.groups.map(optionsOf),
      parameters: this.groups.flatMap((group) =>
        group.parameters.map((parameter) => {
          const memory = this.#memories.get(parameter);
          if (memory === undefined) return null;
          memory.isShared = true;
          const names = this.slotNames(group);
          const slots = new Map(memory.slots.map((slot, i) => [names[i]!, slot]));
          return { stepCount: memory.stepCount, slots };
        }),
      ),
    };
  }

  /**
   * Continues from what {@link stateDict} gave.
   *
   * @throws {ArgumentError} if it was taken with other groups, parameters or an optimiser of another
   * kind; nothing is changed then.
   */
  loadStateDict(state: OptimizerState<Options>): void {
    const loaded = this.groups.map((group, i): Options => ({ ...group, ...state.groups[i] }));
    checkState(this.#name, state, this.groups, (i) => this.slotNames(loaded[i]!));
    for (const options of loaded) {
      checkNonNegative(this.#name, "learningRate", options.learningRate);
      this.checkOptions(options);
    }
    let position = 0;
    this.groups.forEach((group, i) => {
      Object.assign(group, state.groups[i]);
      const names = this.slotNames(group);
      for (const parameter of group.parameters) {
        const saved = state.parameters[position++]!;
        if (saved === null) this.#memories.delete(parameter);
        else
          this.#memories.set(parameter, {
            stepCount: saved.stepCount,
            slots: names.map((name) => saved.slots.get(name)!.cast(parameter.dtype)),
            isShared: true,
          });
      }
    });
  }
}

/** A copy of a group's options, without its parameters. */
function optionsOf<Options>(group: ParameterGroup<Options>): Options {
  const { parameters: _, ...options } = group;
  return options as unknown as Options;
}
