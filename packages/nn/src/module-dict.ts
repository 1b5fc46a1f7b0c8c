import { ArgumentError, UnsupportedError } from "@dl/backend";
import { Module } from "./module.ts";
import { verbatimNaming, type PytorchNaming } from "./pytorch/names-table.ts";

/**
 * Modules by name, for a forward pass written by hand. Names become part of the parameters' paths.
 *
 * @throws {ArgumentError} for a name that is empty, has a dot, or is a property of modules already.
 * @example
 * const heads = new ModuleDict({ digit: new Linear(64, 10), parity: new Linear(64, 2) });
 * heads.get("parity").forward(zeros([8, 64])).shape; // => [8, 2]
 * [...heads.namedParameters().keys()]; // => ["digit.weight", "digit.bias", "parity.weight", "parity.bias"]
 */
export class ModuleDict<Name extends string, Item extends Module = Module>
  extends Module
  implements Iterable<[Name, Item]>
{
  private readonly items = new Map<Name, Item>();

  static get pytorchNaming(): PytorchNaming {
    return verbatimNaming;
  }

  constructor(items: { readonly [Key in Name]: Item }) {
    super();
    for (const [name, item] of Object.entries<Item>(items)) this.add(name as Name, item);
  }

  /** Number of modules. */
  get size(): number {
    return this.items.size;
  }

  /**
   * The module of this name.
   *
   * @throws {ArgumentError} listing the names there are, if this is none of them.
   */
  get(name: Name): Item {
    const item = this.items.get(name);
    if (item === undefined)
      throw new ArgumentError(
        "moduleDict",
        `there is no module ${JSON.stringify(name)}: it has ${[...this.items.keys()].join(", ")}.`,
        { expected: [...this.items.keys()], received: name },
      );
    return item;
  }

  /** Whether there is a module of this name. */
  has(name: string): boolean {
    return this.items.has(name as Name);
  }

  [Symbol.iterator](): Iterator<[Name, Item]> {
    return this.items[Symbol.iterator]();
  }

  /** @throws {UnsupportedError} always: a dictionary does not say how its modules work together. */
  forward(): never {
    throw new UnsupportedError(
      "moduleDict",
      "a dictionary has no forward of its own. Call its modules by name.",
    );
  }

  private add(name: Name, item: Item): void {
    if (name === "" || name.includes(".") || name in this)
      throw new ArgumentError(
        "moduleDict",
        `a name must not be empty, have a dot, or be a property of modules: received ${JSON.stringify(name)}. Choose another.`,
        { received: name },
      );
    Object.defineProperty(this, name, { value: item, enumerable: true });
    this.items.set(name, item);
  }
}
