import { DlError } from "@dl/backend";
import { stepRecorder } from "@dl/tensor";

/** What this file needs of a module; naming the class would be an import cycle. */
interface Caller {
  children(): ReadonlyMap<string, Caller>;
}

/** @internal Told of every call of a module's `forward` after it returned. */
export type CallObserver = (module: object, inputs: readonly unknown[], outputs: unknown) => void;

/** @internal Told of every forward pass: see `observeForward`. */
export const callObservers: Set<CallObserver> = new Set();

interface WithForward {
  forward: (this: Caller, ...inputs: unknown[]) => unknown;
}

const followed = new WeakSet<object>();

/**
 * Puts observers and the naming of places around the `forward` of a class, once. A `forward` that is
 * a property of the instance is left alone.
 */
export function followForward(prototype: object): void {
  let owner: object | null = prototype;
  while (owner !== null && !Object.hasOwn(owner, "forward"))
    owner = Object.getPrototypeOf(owner) as object | null;
  if (owner === null || followed.has(owner)) return;
  followed.add(owner);
  const { forward } = owner as WithForward;
  Object.defineProperty(owner, "forward", {
    value: function (this: Caller, ...inputs: unknown[]): unknown {
      stepRecorder()?.reads(this);
      let outputs: unknown;
      try {
        outputs = forward.apply(this, inputs);
      } catch (error) {
        if (error instanceof DlError) namePlace(error, this);
        throw error;
      }
      for (const observer of callObservers) observer(this, inputs, outputs);
      return outputs;
    },
    writable: true,
    configurable: true,
  });
}

interface Place {
  /** The outermost module the error has come through. */
  module: Caller;
  /** From there to the module that failed. */
  readonly path: string[];
  readonly message: string;
}

const places = new WeakMap<DlError, Place>();

/** Writes the failing module's path, as `module` knows it, in front of the message. */
function namePlace(error: DlError, module: Caller): void {
  const place = places.get(error);
  if (place === undefined) {
    places.set(error, { module, path: [], message: error.message });
    return;
  }
  const step = pathTo(module, place.module);
  if (step === undefined) return;
  place.path.unshift(step);
  place.module = module;
  const before = error.message;
  error.message = `${place.path.join(".")}: ${place.message}`;
  // The stack was written with the old message, and is what an uncaught error shows.
  if (error.stack !== undefined) error.stack = error.stack.replace(before, () => error.message);
}

/** The name under which `parent` holds `module`, directly or in a container. */
function pathTo(parent: Caller, module: Caller): string | undefined {
  const seen = new Set<Caller>([parent]);
  const find = (holder: Caller, prefix: string): string | undefined => {
    for (const [name, child] of holder.children()) {
      if (child === module) return prefix + name;
      if (seen.has(child)) continue;
      seen.add(child);
      const found = find(child, `${prefix}${name}.`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(parent, "");
}
