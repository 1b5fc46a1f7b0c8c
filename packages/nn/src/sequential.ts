import { ArgumentError } from "@dl/backend";
import { alias, type Tensor } from "@dl/tensor";
import type { Layer } from "./layer-options.ts";
import { Module } from "./module.ts";

/**
 * Layers one after the other.
 *
 * Parameters are named by position, as in PyTorch: `"0.weight"`. A layer can be taken with
 * `model[0]`.
 *
 * @throws {ArgumentError} for something that is no module.
 * @example
 * const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
 * model.forward(zeros([32, 784])).shape; // => [32, 10]
 */
export class Sequential extends Module implements Iterable<Layer> {
  readonly [position: number]: Layer;
  readonly #layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    layers.forEach(checkLayer);
    this.#layers = layers;
    Object.assign(this, layers);
  }

  /** Number of layers. */
  get length(): number {
    return this.#layers.length;
  }

  [Symbol.iterator](): Iterator<Layer> {
    return this.#layers[Symbol.iterator]();
  }

  forward(inputs: Tensor): Tensor {
    if (this.length === 0) return alias(inputs);
    return this.#layers.reduce((x, layer) => layer.forward(x), inputs);
  }
}

function checkLayer(layer: unknown, position: number): void {
  if (layer instanceof Module) return;
  const isClass = typeof layer === "function" && layer.prototype instanceof Module;
  throw new ArgumentError(
    "sequential",
    isClass
      ? `layer ${position} is the class ${layer.name}. Make a layer of it: new ${layer.name}(...).`
      : `layer ${position} is no module: received ${layer === null ? "null" : typeof layer}. For a function, write a class that extends Module and calls it in forward.`,
    { received: layer },
  );
}
