import type { Tensor } from "@dl/tensor";
import type { Layer } from "./layer-options.ts";
import { Module } from "./module.ts";

/**
 * Layers one after the other.
 *
 * Parameters are named by position, as in PyTorch: `"0.weight"`. A layer can be taken with
 * `model[0]`.
 *
 * @example
 * const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
 * model.forward(zeros([32, 784])).shape; // => [32, 10]
 */
export class Sequential extends Module implements Iterable<Layer> {
  readonly [position: number]: Layer;
  readonly #layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
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
    return this.#layers.reduce((x, layer) => layer.forward(x), inputs);
  }
}
