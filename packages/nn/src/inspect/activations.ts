import { checkSynchronous } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { modulePaths } from "../module-paths.ts";
import type { Module } from "../module.ts";
import { observeForward } from "../observe-forward.ts";

/** The latest output of every layer, by path, in the order of computation. */
export type Activations = Map<string, Tensor>;

/**
 * Runs `forward`, which calls the model, and keeps the tensors that every layer gave out; layers are
 * the modules that call no others. One that is called several times is there once.
 *
 * @example
 * const { activations } = recordActivations(model, () => model.forward(inputs));
 * [...activations.keys()]; // => ["0", "1", "2"]
 */
export function recordActivations<Result>(
  model: Module,
  forward: () => Result,
): { readonly result: Result; readonly activations: Activations } {
  const activations: Activations = new Map();
  const stop = watchLayers(model, (path, output) => {
    activations.delete(path);
    activations.set(path, output.detach());
  });
  try {
    const result = forward();
    checkSynchronous(
      "recordActivations",
      result,
      "the layers would be watched no more before it ended. Read results outside of it.",
    );
    return { result, activations };
  } finally {
    stop();
  }
}

/** Told of every tensor that a layer of the model gives out, until the function returned is called. */
export function watchLayers(
  model: Module,
  listener: (path: string, output: Tensor, layer: Module) => void,
): () => void {
  const paths = modulePaths(model);
  const called = new Set<Module>();
  return observeForward((module, _inputs, outputs) => {
    const path = paths.get(module);
    if (path === undefined) return;
    called.add(module);
    // Children are observed before their parents.
    if (module.modules().some((part) => part !== module && called.has(part))) return;
    for (const [name, output] of tensorsIn(outputs, path)) listener(name, output, module);
  });
}

/** The tensors among outputs, each under the layer's path and its own. */
function tensorsIn(outputs: unknown, path: string): [path: string, output: Tensor][] {
  if (outputs instanceof Tensor) return [[path, outputs]];
  if (typeof outputs !== "object" || outputs === null) return [];
  return Object.entries(outputs).flatMap(([name, part]) =>
    tensorsIn(part, path === "" ? name : `${path}.${name}`),
  );
}
