import { store, Tensor, type StepInput } from "@dl/tensor";

/** Stand for any tensor and any number in a pattern. */
const anyTensor = Symbol("tensor");
const anyNumber = Symbol("number");

/** How arguments are built of records and lists; flags and absent parts belong to it. */
export type Pattern = readonly unknown[];

/** How these arguments are built, without the tensors and numbers in them. */
export function patternOf(inputs: readonly unknown[]): Pattern {
  return inputs.map((input) =>
    changed(input, (part) =>
      part instanceof Tensor ? anyTensor : typeof part === "number" ? anyNumber : part,
    ),
  );
}

/** The tensors and numbers in arguments that are built so; `undefined` if they are built otherwise. */
export function leavesIn(inputs: readonly unknown[], pattern: Pattern): StepInput[] | undefined {
  const leaves: StepInput[] = [];
  return isBuiltSo(inputs, pattern, leaves) ? leaves : undefined;
}

/** Arguments built so of these tensors and numbers, in the order of {@link leavesIn}. */
export function argumentsOf(pattern: Pattern, leaves: readonly StepInput[]): unknown[] {
  let next = 0;
  return pattern.map((input) =>
    changed(input, (part) => (part === anyTensor || part === anyNumber ? leaves[next++] : part)),
  );
}

/** What else than tensors, numbers, flags and absent parts there is, and where; `undefined` if nothing is. */
export function strangerIn(part: unknown, path = ""): string | undefined {
  const isFlag = part === undefined || part === null || typeof part === "boolean";
  if (part instanceof Tensor || typeof part === "number" || isFlag) return undefined;
  if (!Array.isArray(part) && !isRecord(part)) return `a ${typeof part} as ${path}`;
  for (const [name, item] of Object.entries(part)) {
    const at = Array.isArray(part) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;
    const stranger = strangerIn(item, at);
    if (stranger !== undefined) return stranger;
  }
  return undefined;
}

function isBuiltSo(part: unknown, pattern: unknown, leaves: StepInput[]): boolean {
  if (part instanceof Tensor || typeof part === "number") {
    leaves.push(part);
    return pattern === (typeof part === "number" ? anyNumber : anyTensor);
  }
  if (Array.isArray(part))
    return (
      Array.isArray(pattern) &&
      part.length === pattern.length &&
      part.every((item, i) => isBuiltSo(item, pattern[i], leaves))
    );
  if (!isRecord(part)) return part === pattern;
  if (!isRecord(pattern)) return false;
  let names = 0;
  for (const name in part) {
    if (!Object.hasOwn(pattern, name) || !isBuiltSo(part[name], pattern[name], leaves))
      return false;
    names++;
  }
  for (const name in pattern) if (Object.hasOwn(pattern, name)) names--;
  return names === 0;
}

/** The same records and lists of other leaves. */
function changed(part: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(part)) return part.map((item) => changed(item, change));
  if (!isRecord(part)) return change(part);
  return Object.fromEntries(
    Object.entries(part).map(([name, item]) => [name, changed(item, change)]),
  );
}

/** Whether it is built by `{ ... }`. */
function isRecord(part: unknown): part is Record<string, unknown> {
  if (typeof part !== "object" || part === null) return false;
  const prototype: unknown = Object.getPrototypeOf(part);
  return prototype === Object.prototype || prototype === null;
}

/** Computes what is pending of the tensors in records and lists. */
export function storeTensors(given: unknown): void {
  if (given instanceof Tensor) {
    if (given.isPending) store(given.value);
  } else if (Array.isArray(given)) given.forEach(storeTensors);
  else if (isRecord(given)) Object.values(given).forEach(storeTensors);
}
