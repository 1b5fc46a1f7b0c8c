import { ArgumentError, checkOptions, formatShape, shapesEqual } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { LoadOptions, LoadReport } from "../load-state.ts";
import type { Module } from "../module.ts";
import { spellingAmong, stateEntries } from "./state-entries.ts";

/** Where the values of a model's tensor stand in a state: under several names if it is tied. */
export interface StateMatch {
  readonly tensor: Tensor;
  readonly names: readonly string[];
}

/** What {@link matchState} gives. */
export interface MatchedState extends LoadReport {
  readonly matches: readonly StateMatch[];
}

/**
 * Which values of a state belong to which tensor of a model, by PyTorch's names or ours.
 *
 * Of a tied weight one name is enough, and counters that only PyTorch keeps may be missing.
 *
 * @throws {ArgumentError} listing every missing and unexpected name and every shape that differs.
 * @example
 * const shapes = new Map([["weight", [3, 2]], ["bias", [3]]]);
 * matchState("load", new Linear(2, 3), shapes).matches.map((match) => match.names); // => [["weight"], ["bias"]]
 */
export function matchState(
  op: string,
  model: Module,
  shapes: ReadonlyMap<string, readonly number[]>,
  options: LoadOptions = {},
): MatchedState {
  const { strict = true } = checkOptions(op, options, { strict: "boolean" });
  const entries = stateEntries(model, op);
  const beginnings = new Set<string>();
  for (const name of shapes.keys())
    for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1))
      beginnings.add(name.slice(0, end));
  const names = new Map<Tensor, string[]>();
  const wanted = new Map<Tensor, string>();
  const taken = new Set<string>();
  const faults: string[] = [];
  for (const entry of entries) {
    const name = spellingAmong(entry, shapes, beginnings);
    const { tensor } = entry;
    if (tensor !== undefined && !names.has(tensor)) {
      names.set(tensor, []);
      wanted.set(tensor, entry.pytorchName);
    }
    if (name === undefined) continue;
    const shape = shapes.get(name)!;
    if (taken.has(name)) faults.push(`${name} would fill ${entry.name} and another`);
    taken.add(name);
    if (tensor === undefined) {
      if (shape.some((size) => size !== 1))
        faults.push(`${name} must be a scalar, got ${formatShape(shape)}`);
      continue;
    }
    names.get(tensor)!.push(name);
    if (!shapesEqual(shape, tensor.shape))
      faults.push(
        `${name} must have shape ${formatShape(tensor.shape)}, got ${formatShape(shape)}`,
      );
  }
  const missing = [...names].filter(([, found]) => found.length === 0).map(([t]) => wanted.get(t)!);
  const unexpected = [...shapes.keys()].filter((name) => !taken.has(name));
  if (strict && unexpected.length > 0) faults.unshift(`unexpected ${unexpected.join(", ")}`);
  if (strict && missing.length > 0) faults.unshift(`missing ${missing.join(", ")}`);
  if (faults.length > 0)
    throw new ArgumentError(
      op,
      `the state does not fit the model: ${faults.join("; ")}. ${adviceFor(missing, unexpected, strict)}`,
      { expected: entries.map(({ pytorchName }) => pytorchName), received: [...shapes.keys()] },
    );
  const matches = [...names]
    .filter(([, found]) => found.length > 0)
    .map(([tensor, found]) => ({ tensor, names: found }));
  return { matches, missing, unexpected };
}

function adviceFor(
  missing: readonly string[],
  unexpected: readonly string[],
  strict: boolean,
): string {
  const before = unexpected[0]?.endsWith(`.${missing[0]}`)
    ? unexpected[0].slice(0, -missing[0]!.length)
    : "";
  if (before !== "" && unexpected.every((name) => name.startsWith(before)))
    return `Every name begins with ${before} (as DataParallel's do): leave that out of the names, in loadModel by { prefix: "${before}" }.`;
  return `Load it into a model made the same way, whose properties have these names (in camelCase, if you like), or say them in \`static pytorchNaming\` of its class${strict ? "; { strict: false } allows other names" : ""}.`;
}
