import { UnsupportedError } from "@dl/backend";
import { Module } from "./module.ts";

/**
 * Modules in a list, for a forward pass written by hand.
 *
 * Parameters are named by position, as in {@link Sequential}, and a module can be taken with
 * `list[0]`.
 *
 * @example
 * class Deep extends Module {
 *   readonly layers = new ModuleList([new Linear(4, 4), new Linear(4, 4)]);
 *   forward(inputs: Tensor): Tensor {
 *     let x = inputs;
 *     for (const layer of this.layers) x = x.add(layer.forward(x));
 *     return x;
 *   }
 * }
 */
export class ModuleList<Item extends Module = Module> extends Module implements Iterable<Item> {
  readonly [position: number]: Item;
  /** Number of modules. */
  length = 0;

  constructor(items: Iterable<Item> = []) {
    super();
    for (const item of items) this.push(item);
  }

  /** Adds a module at the end. */
  push(item: Item): this {
    Object.defineProperty(this, this.length++, { value: item, enumerable: true });
    return this;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (let i = 0; i < this.length; i++) yield this[i]!;
  }

  /** @throws {UnsupportedError} always: a list does not say how its modules work together. */
  forward(): never {
    throw new UnsupportedError(
      "moduleList",
      "a list has no forward of its own. Call its modules, or use Sequential.",
    );
  }
}
