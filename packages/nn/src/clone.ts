import { ArgumentError } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { Parameter } from "./parameter.ts";

/**
 * A module with all it holds, apart from the original: tensors, modules and the lists, records and
 * maps they lie in. What is shared within it, such as tied weights, is shared within the copy; what is
 * none of these, such as a random generator, is the same object.
 *
 * @throws {ArgumentError} for a class with private #fields, which nobody else can copy, and for a
 * function in a property that speaks of `this`.
 */
export function cloned<M extends object>(module: M, isModule: (held: unknown) => boolean): M {
  const copies = new Map<unknown, unknown>();
  const copyOf = (held: unknown): unknown => {
    if (typeof held !== "object" || held === null) return held;
    if (copies.has(held)) return copies.get(held);
    if (held instanceof Tensor) return noted(held, tensorLike(held));
    if (Array.isArray(held))
      return filled(held, new Array<unknown>(), (copy) => copy.push(...held.map(copyOf)));
    if (held instanceof Map)
      return filled(held, new Map(), (copy) => {
        for (const [key, value] of held) copy.set(key, copyOf(value));
      });
    const isRecord = Object.getPrototypeOf(held) === Object.prototype;
    if (!isRecord && !isModule(held)) return held;
    if (!isRecord) checkCopyable(held);
    const copy = Object.create(Object.getPrototypeOf(held) as object) as object;
    return filled(held, copy, () => {
      for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(held)))
        Object.defineProperty(
          copy,
          name,
          "value" in property ? { ...property, value: copyOf(property.value) } : property,
        );
    });
  };
  const noted = <Copy>(held: unknown, copy: Copy): Copy => {
    copies.set(held, copy);
    return copy;
  };
  /** Noted before it is filled, for what is held in a circle. */
  const filled = <Copy>(held: unknown, copy: Copy, fill: (copy: Copy) => void): Copy => {
    fill(noted(held, copy));
    return copy;
  };
  return copyOf(module) as M;
}

/** Another handle of the same elements; whichever is assigned others goes its own way. */
function tensorLike(tensor: Tensor): Tensor {
  if (!(tensor instanceof Parameter)) return tensor.detach();
  const copy = new Parameter(tensor);
  if (!tensor.requiresGrad) copy.requiresGrad = false;
  return copy;
}

const privateField = /\bthis\.#[\w$]/;

function checkCopyable(module: object): void {
  const { name } = module.constructor;
  for (
    let prototype = module;
    prototype.constructor !== Object;
    prototype = Object.getPrototypeOf(prototype) as object
  )
    if (privateField.test(String(prototype.constructor)))
      throw new ArgumentError(
        "clone",
        `a module of class ${name} has private #fields, which cannot be copied from outside. Make them plain properties, or override clone().`,
        { received: module },
      );
  for (const [property, value] of Object.entries(module))
    if (typeof value === "function" && /\bthis\b/.test(String(value)))
      throw new ArgumentError(
        "clone",
        `${property} of a module of class ${name} is a function that speaks of this, and would go on with the original. Make it a method, or override clone().`,
        { received: module },
      );
}
