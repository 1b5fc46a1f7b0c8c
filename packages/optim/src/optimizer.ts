import { noGrad } from "@dl/autograd";
import { ArgumentError, formatShape } from "@dl/backend";
import {
  fullLike,
  keepBeyondScope,
  repeated,
  stepRecorder,
  zerosLike,
  type Tensor,
} from "@dl/tensor";
import { checkNonNegative } from "./check-options.ts";
import { checkState, type OptimizerState } from "./optimizer-state.ts";
import {
  makeGroups,
  type Defaults,
  type ParameterGroup,
  type ParametersOrGroups,
} from "./parameter-groups.ts";

/** Options that every optimiser has. */
export interface OptimizerOptions {
  /** Length of a step; may be changed between steps at no cost. */
  learningRate: number;
}

/** Tensors remembered for each parameter: their names, and the number each starts filled with. */
export type Slots = Readonly<Record<string, number>>;

/** How far a parameter has come. */
export interface Progress {
  /** Steps made, the present one included. */
  readonly stepCount: number;
}

/** What an optimiser remembers of one parameter. */
interface Memory extends Progress {
  stepCount: number;
  readonly names: readonly string[];
  /** The same handles from step to step, so that a `tidy` around a step does not free them. */
  readonly slots: readonly Tensor[];
}

/**
 * Changes parameters by their gradients.
 *
 * A subclass names what it remembers per parameter (`slots`) and computes one parameter's next
 * elements (`update`). One whose formula is pointwise extends {@link PointwiseOptimizer} instead.
 *
 * @example
 * optimizer instanceof Optimizer; // => true
 * optimizer.zeroGrad();
 * loss.backward();
 * optimizer.step();
 */
export abstract class Optimizer<Options extends OptimizerOptions> {
  /** Steps with the gradients that are there. */
  readonly kind = "gradient";
  /** Parameters with the options that hold for them; options may be changed between steps. */
  readonly groups: readonly ParameterGroup<Options>[];
  readonly #name: string;
  readonly #memories = new Map<Tensor, Memory>();

  /**
   * @throws {ArgumentError} without parameters, with a parameter given twice or computed from
   * others, or with an option that has no default, is of another type than it, or out of its range.
   */
  constructor(
    name: string,
    parameters: ParametersOrGroups<Options>,
    options: Partial<Options>,
    defaults: Defaults<Options>,
  ) {
    this.#name = name;
    this.groups = makeGroups(name, parameters, options, defaults);
    for (const group of this.groups) {
      checkNonNegative(name, "learningRate", group.learningRate);
      this.checkOptions(group);
      const names = Object.keys(this.slots(group));
      for (const parameter of group.parameters) this.#forget(parameter, names);
    }
  }

  /** The tensors remembered for a parameter under these options. */
  protected abstract slots(options: Options): Slots;

  /**
   * A parameter's next elements and its next slots, in that order. `stepCount` is 1 for its first
   * step. Everything returned must be new.
   */
  protected abstract update(
    parameter: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    options: Options,
    progress: Progress,
  ): readonly Tensor[];

  /** In a compiled step: has it recorded anew for other options, unless it asks for them itself. */
  protected followOptions(options: Options): void {
    stepRecorder()?.reads(options);
  }

  /**
   * Refuses options of no sense.
   *
   * @throws {ArgumentError} for options out of their range.
   */
  protected abstract checkOptions(options: Options): void;

  /** The first group's learning rate; setting it sets every group's. */
  get learningRate(): number {
    const group = this.groups[0]!;
    stepRecorder()?.reads(group);
    return group.learningRate;
  }

  set learningRate(learningRate: number) {
    checkNonNegative(this.#name, "learningRate", learningRate);
    for (const group of this.groups) {
      stepRecorder()?.reads(group);
      group.learningRate = learningRate;
    }
  }

  /**
   * Changes every parameter that has a gradient.
   *
   * @throws {ArgumentError} for a parameter that was moved to another backend after a step.
   */
  step(): void {
    noGrad(() => {
      for (const group of this.groups)
        for (const parameter of group.parameters) {
          const gradient = parameter.grad;
          if (gradient !== null) this.#step(parameter, gradient, group);
        }
    });
  }

  #step(parameter: Tensor, gradient: Tensor, options: Options): void {
    const starts = this.slots(options);
    const memory = this.#memoryOf(parameter, Object.keys(starts));
    const before =
      memory.stepCount === 0
        ? Object.values(starts).map((start) => fullLike(parameter, start))
        : memory.slots;
    this.#count(parameter, memory, options);
    const [next, ...slots] = this.update(parameter, gradient, before, options, memory);
    parameter.assign(next!);
    next!.letGo();
    memory.slots.forEach((slot, i) => {
      const old = slot.detach();
      slot.assign(slots[i]!);
      // Freed at once, but for what somebody outside was given.
      old.dispose();
      slots[i]!.letGo();
    });
  }

  /** Apart, since a compiled step keeps these functions, and with them all that they could see. */
  #count(parameter: Tensor, memory: Memory, options: Options): void {
    const recorder = stepRecorder();
    this.followOptions(options);
    if (memory.stepCount === 0) recorder?.refuse("an optimiser makes its first step");
    recorder?.requires(
      () => this.#memories.get(parameter) === memory && memory.stepCount > 0,
      "an optimiser's state was loaded",
    );
    repeated(memory, () => {
      memory.stepCount++;
    });
  }

  #memoryOf(parameter: Tensor, names: readonly string[]): Memory {
    const memory = this.#memory(parameter);
    const isCurrent =
      memory.names.length === names.length && memory.names.every((name, i) => name === names[i]);
    const isMoved = memory.slots.some(({ backend }) => backend !== parameter.backend);
    if (isMoved && memory.stepCount > 0)
      throw new ArgumentError(
        this.#name,
        `a parameter of shape ${formatShape(parameter.shape)} was moved to ${parameter.backend.name}, and what was learnt of it is on ${memory.slots[0]!.backend.name}. Make the optimizer after model.to(backend).`,
        { expected: memory.slots[0]!.backend.name, received: parameter.backend.name },
      );
    // Momentum may be switched on or off between steps; the memory then starts anew.
    return isCurrent && !isMoved ? memory : this.#forget(parameter, names);
  }

  #memory(parameter: Tensor): Memory {
    const memory = this.#memories.get(parameter);
    if (memory !== undefined) return memory;
    throw new ArgumentError(
      this.#name,
      `a parameter of shape ${formatShape(parameter.shape)} was added to groups after the optimizer was made. Give all groups to the constructor: new ${this.constructor.name}([{ parameters, learningRate }, ...]).`,
      { received: parameter.shape },
    );
  }

  #forget(parameter: Tensor, names: readonly string[]): Memory {
    const slots = names.map(() => keepBeyondScope(zerosLike(parameter)));
    const memory = { stepCount: 0, names, slots };
    this.#memories.set(parameter, memory);
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
          const memory = this.#memory(parameter);
          if (memory.stepCount === 0) return null;
          const slots = new Map(memory.slots.map((slot, i) => [memory.names[i]!, slot.detach()]));
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
    checkState(this.#name, state, this.groups, (i) => Object.keys(this.slots(loaded[i]!)));
    for (const options of loaded) {
      checkNonNegative(this.#name, "learningRate", options.learningRate);
      this.checkOptions(options);
    }
    let position = 0;
    this.groups.forEach((group, i) => {
      Object.assign(group, state.groups[i]);
      const names = Object.keys(this.slots(group));
      for (const parameter of group.parameters) {
        const saved = state.parameters[position++]!;
        const memory = this.#forget(parameter, names);
        if (saved === null) continue;
        memory.stepCount = saved.stepCount;
        memory.slots.forEach((slot, j) =>
          slot.assign(saved.slots.get(names[j]!)!.cast(parameter.dtype)),
        );
      }
    });
  }
}

/** A copy of a group's options, without its parameters. */
function optionsOf<Options>(group: ParameterGroup<Options>): Options {
  const { parameters: _, ...options } = group;
  return options as unknown as Options;
}
