import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, DlError, type OptionKinds } from "@dl/backend";
import { generatorKind, type Generator } from "@dl/tensor";
import type { Initializer } from "./initializers/scaled.ts";
import type { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** First values for the parameters of a whole model. */
export interface InitializeOptions {
  /** Of parameters whose name begins with `weight`. */
  readonly weight?: Initializer;
  /** Of parameters whose name begins with `bias`. */
  readonly bias?: Initializer;
  /** Which parameters; all unless said. `module` is the one that holds it. */
  readonly filter?: (path: string, parameter: Parameter, module: Module) => boolean;
  /** Where the numbers come from; the default generator unless said. */
  readonly generator?: Generator;
}

const initializeKinds: OptionKinds<InitializeOptions> = {
  weight: "function",
  bias: "function",
  filter: "function",
  generator: generatorKind,
};

/**
 * Gives the parameters of a model new first values, by their names; returns the paths of those that
 * got them. For what a paper says of a whole network, such as DCGAN's N(0, 0.02²).
 *
 * @throws {ArgumentError} if there is none to give values to.
 * @throws {ShapeError} naming the parameter, for an initialiser that cannot do its shape.
 * @example
 * initialize(model, {
 *   weight: normalInitializer({ std: 0.02 }),
 *   bias: constantInitializer(0),
 *   filter: (_path, _parameter, module) => module instanceof Linear,
 * }); // => ["0.weight", "0.bias", "2.weight", "2.bias"]
 */
export function initialize(model: Module, options: InitializeOptions): string[] {
  const { weight, bias, filter, generator } = checkOptions("initialize", options, initializeKinds);
  const modules = model.namedModules();
  const changed: string[] = [];
  for (const [path, parameter] of model.namedParameters()) {
    const dot = path.lastIndexOf(".");
    const name = path.slice(dot + 1);
    const initializer = name.startsWith("weight")
      ? weight
      : name.startsWith("bias")
        ? bias
        : undefined;
    const module = modules.get(path.slice(0, Math.max(dot, 0))) ?? model;
    if (initializer === undefined || filter?.(path, parameter, module) === false) continue;
    const { dtype, backend } = parameter;
    const random = { dtype, backend, ...(generator && { generator }) };
    try {
      noGrad(() => parameter.assign(initializer(parameter.shape, random)));
    } catch (error) {
      if (error instanceof DlError) error.message = `${path}: ${error.message}`;
      throw error;
    }
    changed.push(path);
  }
  if (changed.length === 0)
    throw new ArgumentError(
      "initialize",
      `no parameter got a value: there are ${[...model.namedParameters().keys()].join(", ") || "none"}. Pass weight or bias, and a filter that lets some through.`,
      { received: options },
    );
  return changed;
}
