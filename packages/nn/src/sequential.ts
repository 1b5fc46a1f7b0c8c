import { ArgumentError, wrongType } from "@dl/backend";
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
  /** Number of layers. */
  readonly length: number;

  constructor(...layers: Layer[]) {
    super();
    layers.forEach(checkLayer);
    this.length = layers.length;
    Object.assign(this, layers);
  }

  *[Symbol.iterator](): Iterator<Layer> {
    for (let i = 0; i < this.length; i++) yield this[i]!;
  }

  forward(inputs: Tensor): Tensor {
    if (this.length === 0) return alias(inputs);
    let x = inputs;
    for (const layer of this) x = layer.forward(x);
    return x;
  }
}

function checkLayer(layer: unknown, position: number): void {
  if (layer instanceof Module) return;
  const isClass = typeof layer === "function" && layer.prototype instanceof Module;
  throw isClass
    ? new ArgumentError(
        "sequential",
        `layer ${position} is the class ${layer.name}. Make a layer of it: new ${layer.name}(...).`,
        { received: layer },
      )
    : wrongType(
        "sequential",
        `layer ${position} is no module`,
        layer,
        "For a function, write a class that extends Module and calls it in forward.",
      );
}
