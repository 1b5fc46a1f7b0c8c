import { ArgumentError, checkOptions, wrongType, type OptionKinds } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { heldBy, Module } from "../module.ts";
import type { PytorchNaming } from "./names-table.ts";

/** One name in a model's state: ours, PyTorch's, and what stands there. */
export interface StateEntry {
  /** As in `stateDict()`. */
  readonly name: string;
  /** As PyTorch's `state_dict()` has it. */
  readonly pytorchName: string;
  /** The parameter or buffer; a tied one has several entries. Undefined for a counter that only PyTorch keeps. */
  readonly tensor: Tensor | undefined;
  /** Every spelling that is read, level by level. */
  readonly spellings: readonly (readonly string[])[];
}

interface Path {
  readonly ours: readonly string[];
  readonly spellings: readonly (readonly string[])[];
  readonly tensor: Tensor | undefined;
}

/**
 * Everything that a model's state has in PyTorch, in the order of its properties: our name, theirs and
 * the tensor itself.
 *
 * Theirs is ours in snake_case, except where a class says otherwise in `static pytorchNaming`.
 *
 * @throws {ArgumentError} if two tensors would have one name in PyTorch.
 * @example
 * const entries = stateEntries(new BatchNorm(3));
 * entries.map((entry) => entry.pytorchName); // => ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
 * entries[3].name; // => "runningVariance"
 */
export function stateEntries(model: Module, op = "stateEntries"): StateEntry[] {
  if (!(model instanceof Module))
    throw wrongType(op, "needs a module", model, "Give the model itself.");
  const entries = pathsOf(model, new Set()).map(({ ours, spellings, tensor }) => ({
    name: ours.join("."),
    pytorchName: joined(spellings.map(([first]) => first!)),
    tensor,
    spellings,
  }));
  const byName = new Map<string, StateEntry>();
  for (const entry of entries) {
    const other = byName.get(entry.pytorchName);
    if (other !== undefined)
      throw new ArgumentError(
        op,
        `${other.name} and ${entry.name} would both be ${entry.pytorchName} in PyTorch. Rename one, or say what they are called there in \`static pytorchNaming\` of their class.`,
        { received: [other.name, entry.name] },
      );
    byName.set(entry.pytorchName, entry);
  }
  return entries;
}

/**
 * PyTorch's name of every parameter and buffer, by ours.
 *
 * @throws {ArgumentError} if two would have the same.
 * @example
 * const model = new Sequential(new Linear(2, 3), new BatchNorm(3));
 * pytorchNames(model).get("1.runningVariance"); // => "1.running_var"
 * pytorchNames(new GRU(2, 3)).get("layers.0.weightIh"); // => "weight_ih_l0"
 */
export function pytorchNames(model: Module): Map<string, string> {
  const kept = stateEntries(model, "pytorchNames").filter(({ tensor }) => tensor !== undefined);
  return new Map(kept.map(({ name, pytorchName }) => [name, pytorchName]));
}

/** Which of an entry's spellings is among `names`; `beginnings` are all beginnings of those. */
export function spellingAmong(
  { spellings }: StateEntry,
  names: { has(name: string): boolean },
  beginnings: ReadonlySet<string>,
): string | undefined {
  const search = (level: number, path: string): string | undefined => {
    if (level === spellings.length) return names.has(path) ? path : undefined;
    for (const spelling of spellings[level]!) {
      const longer = joined([path, spelling]);
      if (spelling !== "" && !beginnings.has(longer)) continue;
      const found = search(level + 1, longer);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(0, "");
}

/** `open` are the modules on the way here: a child that points back at its parent is not followed. */
function pathsOf(module: Module, open: Set<Module>): Path[] {
  const naming = namingOf(module);
  open.add(module);
  const paths: Path[] = [];
  const held = [...heldBy(module)];
  for (const [name, item] of held) {
    const ours = name.split(".");
    const spellings = ours.map((level) => (naming.isVerbatim ? [level] : spelled(level)));
    if (item instanceof Tensor) paths.push({ ours, spellings, tensor: item });
    else if (!open.has(item))
      for (const path of pathsOf(item, open))
        paths.push({
          ours: [...ours, ...path.ours],
          spellings: [...spellings, ...path.spellings],
          tensor: path.tensor,
        });
  }
  open.delete(module);
  const renamed = paths.map((path) => renamedBy(naming, path));
  for (const [counter, beside] of Object.entries(naming.counters ?? {}))
    if (held.some(([name]) => name === beside))
      renamed.push({ ours: [counter], spellings: [[counter]], tensor: undefined });
  return renamed;
}

const namingKinds: OptionKinds<PytorchNaming> = {
  names: "object",
  counters: "object",
  isVerbatim: "boolean",
};

/** What the module's class says. @throws {ArgumentError} if it says it wrongly, or of no property. */
function namingOf(module: Module): PytorchNaming {
  const { pytorchNaming, name } = module.constructor as {
    readonly pytorchNaming?: PytorchNaming;
    readonly name: string;
  };
  if (pytorchNaming === undefined) return {};
  const op = `${name}.pytorchNaming`;
  const naming = checkOptions(op, pytorchNaming, namingKinds);
  for (const [ours, theirs] of Object.entries(naming.names ?? {})) {
    const property = ours.split(".")[0]!;
    if (!(property in module))
      throw new ArgumentError(
        op,
        `there is no property ${property}. Name what the module holds, and declare what it may lack as undefined.`,
        { received: ours },
      );
    if (![theirs].flat().every((spelling) => typeof spelling === "string"))
      throw wrongType(op, `${ours} must be a text or a list of texts`, theirs, "Write its name.");
  }
  return naming;
}

/** A path with its beginning as the naming has it: the longest that fits. */
function renamedBy({ names = {} }: PytorchNaming, path: Path): Path {
  let [longest, numbers, theirs]: [string[], string[], readonly string[]] = [[], [], []];
  for (const [ours, spellings] of Object.entries(names)) {
    const levels = ours.split(".");
    const fits = levels.every((level, i) =>
      level === "*" ? /^\d+$/.test(path.ours[i] ?? "") : level === path.ours[i],
    );
    if (!fits || levels.length <= longest.length) continue;
    longest = levels;
    numbers = path.ours.filter((_, i) => levels[i] === "*");
    theirs = typeof spellings === "string" ? [spellings] : spellings;
  }
  if (longest.length === 0) return path;
  const own = path.ours.slice(0, longest.length).join(".");
  const filled = theirs.map((spelling) => {
    let next = 0;
    return spelling.replaceAll("*", () => numbers[next++] ?? "*");
  });
  const rest = path.spellings.slice(longest.length);
  return { ...path, spellings: [[...new Set([...filled, own])], ...rest] };
}

/** snake_case, then as it is. A name that begins with a capital or has underscores stays. */
function spelled(name: string): string[] {
  if (!/^[a-z][a-z0-9]*[A-Z][a-zA-Z0-9]*$/.test(name)) return [name];
  const snake = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2");
  return [snake.toLowerCase(), name];
}

const joined = (levels: readonly string[]): string =>
  levels.filter((level) => level !== "").join(".");
