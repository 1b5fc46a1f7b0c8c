import { Tensor } from "@dl/tensor";

/** Stands for any tensor in a pattern. */
const anyTensor = Symbol("tensor");

/** How arguments are built of records and lists; flags and absent parts belong to it. */
export type Pattern = readonly unknown[];

/** How these arguments are built, without the tensors in them. */
export function patternOf(inputs: readonly unknown[]): Pattern {
  return inputs.map((input) =>
    changed(input, (part) => (part instanceof Tensor ? anyTensor : part)),
  );
}

/** The tensors in arguments that are built so; `undefined` if they are built otherwise. */
export function tensorsIn(inputs: readonly unknown[], pattern: Pattern): Tensor[] | undefined {
  const tensors: Tensor[] = [];
  return isBuiltSo(inputs, pattern, tensors) ? tensors : undefined;
}

/** Arguments built so of these tensors, in the order of {@link tensorsIn}. */
export function argumentsOf(pattern: Pattern, tensors: readonly Tensor[]): unknown[] {
  let next = 0;
  return pattern.map((input) =>
    changed(input, (part) => (part === anyTensor ? tensors[next++] : part)),
  );
}

/** What else than tensors, flags and absent parts there is, and where; `undefined` if nothing is. */
export function strangerIn(part: unknown, path = ""): string | undefined {
  if (part instanceof Tensor || part === undefined || part === null || typeof part === "boolean")
    return undefined;
  if (!Array.isArray(part) && !isRecord(part)) return `a ${typeof part} as ${path}`;
  for (const [name, item] of Object.entries(part)) {
    const at = Array.isArray(part) ? `${path}[${name}]` : path === "" ? name : `${path}.${name}`;
    const stranger = strangerIn(item, at);
    if (stranger !== undefined) return stranger;
  }
  return undefined;
}

function isBuiltSo(part: unknown, pattern: unknown, tensors: Tensor[]): boolean {
  if (part instanceof Tensor) {
    tensors.push(part);
    return pattern === anyTensor;
  }
  if (Array.isArray(part))
    return (
      Array.isArray(pattern) &&
      part.length === pattern.length &&
      part.every((item, i) => isBuiltSo(item, pattern[i], tensors))
    );
  if (!isRecord(part)) return part === pattern;
  if (!isRecord(pattern)) return false;
  let names = 0;
  for (const name in part) {
    if (!Object.hasOwn(pattern, name) || !isBuiltSo(part[name], pattern[name], tensors))
      return false;
    names++;
  }
  for (const _name in pattern) names--;
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
