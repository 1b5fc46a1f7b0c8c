import { ArgumentError, checkOptions, formatShape, wrongType } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/** How strictly {@link Module.loadStateDict} takes names. */
export interface LoadOptions {
  /** Whether every name must be on both sides. Default true. */
  readonly strict?: boolean;
}

/** Names that only one side had. */
export interface LoadReport {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** Assigns `state` to `targets` by name, all or nothing. @throws {ArgumentError} listing what does not fit. */
export function loadInto(
  targets: ReadonlyMap<string, Tensor>,
  state: ReadonlyMap<string, Tensor>,
  options: LoadOptions,
): LoadReport {
  const { strict = true } = checkOptions("loadStateDict", options, { strict: "boolean" });
  if (!(state instanceof Map))
    throw wrongType(
      "loadStateDict",
      "the state must be a Map of tensors by name",
      state,
      "Give what stateDict() returned, or new Map(Object.entries(state)).",
    );
  const missing = [...targets.keys()].filter((name) => !state.has(name));
  const unexpected = [...state.keys()].filter((name) => !targets.has(name));
  const faults: string[] = [];
  if (strict && missing.length > 0) faults.push(`missing ${missing.join(", ")}`);
  if (strict && unexpected.length > 0) faults.push(`unexpected ${unexpected.join(", ")}`);
  for (const [name, target] of targets) {
    const given = state.get(name);
    if (given === undefined) continue;
    if (given.shape !== target.shape)
      faults.push(
        `${name} must have shape ${formatShape(target.shape)}, got ${formatShape(given.shape)}`,
      );
    if (given.backend !== target.backend)
      faults.push(
        `${name} must be on ${target.backend.name}, got ${given.backend.name} (see Tensor.to)`,
      );
  }
  if (faults.length > 0)
    throw new ArgumentError(
      "loadStateDict",
      `the state does not fit the module: ${faults.join("; ")}. Load it into a module made the same way${strict ? ", or pass { strict: false } to allow other names" : ""}.`,
      { expected: [...targets.keys()], received: [...state.keys()] },
    );
  for (const [name, target] of targets) {
    const given = state.get(name);
    if (given !== undefined) target.assign(given.detach().cast(target.dtype));
  }
  return { missing, unexpected };
}
