import type { Backend } from "@dl/backend";
import { stepRecorder, Tensor } from "@dl/tensor";
import { cloned } from "./clone.ts";
import { followForward } from "./forward-calls.ts";
import { loadInto, type LoadOptions, type LoadReport } from "./load-state.ts";
import { modulePaths } from "./module-paths.ts";
import { Parameter } from "./parameter.ts";
import { summary, type SummaryInput } from "./summary.ts";

/** Parameters and buffers by their path, e.g. `"encoder.0.weight"`, in definition order. */
export type StateDict = Map<string, Tensor>;

/**
 * Base of everything with parameters.
 *
 * What a module holds is found in its own properties, in the order they were set: a {@link Parameter}
 * is trained, any other tensor is a buffer (saved and moved, not trained), a module is a child, and
 * arrays of these count too. Private `#fields` are not looked at.
 *
 * An error in a child's `forward` says where: `features.3.conv: conv2d: ...`.
 *
 * @example
 * class Classifier extends Module {
 *   readonly hidden = new Linear(784, 128);
 *   readonly output = new Linear(128, 10);
 *   forward(inputs: Tensor): Tensor {
 *     return this.output.forward(this.hidden.forward(inputs).relu());
 *   }
 * }
 * [...new Classifier().namedParameters().keys()]; // => ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]
 */
export abstract class Module {
  /** True while training; dropout and normalisation differ between the two. */
  isTraining = true;

  constructor() {
    followForward(new.target.prototype);
  }

  abstract forward(...inputs: never[]): unknown;

  /** Modules held directly, by property name. */
  children(): Map<string, Module> {
    const found = new Map<string, Module>();
    for (const [name, held] of heldBy(this)) if (held instanceof Module) found.set(name, held);
    return found;
  }

  /** This module and all below it, each once, parents first. */
  modules(): Module[] {
    return [...modulePaths<Module>(this).keys()];
  }

  /** This module, under the path "", and all below it by path, each once, parents first. */
  namedModules(): Map<string, Module> {
    return new Map([...modulePaths<Module>(this)].map(([module, path]) => [path, module]));
  }

  /** All parameters, each once: what an optimiser is given. */
  parameters(): Parameter[] {
    return [...this.namedParameters().values()];
  }

  /** All parameters by path; one that is shared appears under its first name. */
  namedParameters(): Map<string, Parameter> {
    const named = new Map<string, Parameter>();
    const seen = new Set<Tensor>();
    for (const [name, tensor] of this.stateTensors())
      if (tensor instanceof Parameter && !seen.has(tensor)) {
        seen.add(tensor);
        named.set(name, tensor);
      }
    return named;
  }

  /** All tensors that are kept but not trained, by path: running means and the like. */
  namedBuffers(): Map<string, Tensor> {
    const named = new Map<string, Tensor>();
    for (const [name, tensor] of this.stateTensors())
      if (!(tensor instanceof Parameter)) named.set(name, tensor);
    return named;
  }

  /** Sets {@link Module.isTraining} here and in all modules below. */
  train(mode = true): this {
    for (const module of this.modules()) {
      stepRecorder()?.reads(module);
      module.isTraining = mode;
    }
    return this;
  }

  /** `train(false)`: for using the network instead of training it. */
  eval(): this {
    return this.train(false);
  }

  /** Whether parameters get gradients; `false` freezes them. Drops the gradients they have. */
  requireGrad(required = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = required;
    return this;
  }

  /**
   * A module of the same class with the same weights, apart from this one: training either leaves the
   * other as it is. Tied weights stay tied; random generators are shared.
   *
   * @throws {ArgumentError} for a class with private `#fields`, or a function in a property that speaks
   * of `this`: override `clone` there.
   */
  clone(): this {
    return cloned(this, (held) => held instanceof Module);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) if (parameter.grad !== null) parameter.grad = null;
  }

  /**
   * Moves parameters and buffers to another backend; gradients are dropped.
   *
   * @throws {UnsupportedError} if the other backend lacks a type; nothing is moved then.
   */
  async to(backend: Backend): Promise<this> {
    const tensors = new Set(this.stateTensors().values());
    const away = [...tensors].filter((tensor) => tensor.backend !== backend);
    const moved = await Promise.all(
      away.map(async (tensor) => [tensor, await tensor.to(backend)] as const),
    );
    this.zeroGrad();
    for (const [tensor, copy] of moved) {
      // Not assign(), which refuses another backend.
      tensor.rebind(copy.value);
      copy.dispose();
    }
    return this;
  }

  /** Parameters and buffers as they are now; later training does not change them. */
  stateDict(): StateDict {
    const state: StateDict = new Map();
    for (const [name, tensor] of this.stateTensors()) state.set(name, tensor.detach());
    return state;
  }

  /**
   * Takes over the values of a state dict, converted to the types in use.
   *
   * With `strict: false` names may be missing or left over; they are returned.
   *
   * @throws {ArgumentError} listing every missing and unexpected name and every shape that differs;
   * nothing is changed then.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: LoadOptions = {}): LoadReport {
    return loadInto(this.stateTensors(), state, options);
  }

  /** A table of the layers and what they give for such inputs: {@link summary}. @throws {DlError} */
  summary(...inputs: readonly [SummaryInput, ...SummaryInput[]]): string {
    return summary(this, ...inputs);
  }

  /** Every parameter and buffer by path, a shared one under each of its names. */
  private stateTensors(): Map<string, Tensor> {
    const tensors = new Map<string, Tensor>();
    const path = new Set<Module>();
    const visit = (module: Module, prefix: string): void => {
      // A child that points back at its parent must not be followed for ever.
      if (path.has(module)) return;
      path.add(module);
      for (const [name, held] of heldBy(module))
        if (held instanceof Module) visit(held, `${prefix}${name}.`);
        else tensors.set(prefix + name, held);
      path.delete(module);
    };
    visit(this, "");
    return tensors;
  }
}

/** Tensors and modules in the properties of a module, and in arrays there, by name. */
export function* heldBy(module: Module): Generator<[name: string, held: Tensor | Module]> {
  for (const [name, property] of Object.entries(module)) yield* heldIn(name, property);
}

function* heldIn(name: string, property: unknown): Generator<[string, Tensor | Module]> {
  if (property instanceof Tensor || property instanceof Module) yield [name, property];
  else if (Array.isArray(property))
    for (const [i, item] of property.entries()) yield* heldIn(`${name}.${i}`, item);
}
