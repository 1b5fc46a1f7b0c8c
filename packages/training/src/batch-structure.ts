import { Tensor } from "@dl/tensor";

/** Arguments taken apart: the tensors in them, and how they lie in records and lists. */
export interface Dissected {
  readonly tensors: readonly Tensor[];
  /** The arguments themselves, as a pattern; or the description of what does not belong in them. */
  readonly structure: unknown;
  /** The same for arguments of the same structure; `undefined` where something else than tensors may differ. */
  readonly key: string | undefined;
}

/** Takes arguments apart. Flags and absent parts belong to the structure. */
export function dissected(inputs: readonly unknown[]): Dissected {
  const tensors: Tensor[] = [];
  let key = "";
  let stranger: string | undefined;
  const visit = (part: unknown, path: string): void => {
    if (part instanceof Tensor) {
      tensors.push(part);
      key += "t";
    } else if (part === undefined || part === null || typeof part === "boolean") key += part;
    else if (Array.isArray(part)) {
      key += "[";
      part.forEach((item, i) => visit(item, `${path}[${i}]`));
      key += "]";
    } else if (isPlain(part)) {
      key += "{";
      for (const [name, item] of Object.entries(part)) {
        key += `${name}:`;
        visit(item, path === "" ? name : `${path}.${name}`);
      }
      key += "}";
    } else stranger ??= `a ${typeof part}${path === "" ? "" : ` as ${path}`}`;
  };
  inputs.forEach((input) => visit(input, ""));
  if (stranger !== undefined) return { tensors, structure: stranger, key: undefined };
  return { tensors, structure: inputs, key };
}

const isPlain = (part: unknown): part is Record<string, unknown> =>
  typeof part === "object" &&
  part !== null &&
  (Object.getPrototypeOf(part) === Object.prototype || Object.getPrototypeOf(part) === null);

/** Arguments of that structure with other tensors. */
export function assembled(structure: unknown, tensors: readonly Tensor[]): unknown {
  let next = 0;
  const visit = (part: unknown): unknown => {
    if (part instanceof Tensor) return tensors[next++];
    if (Array.isArray(part)) return part.map(visit);
    if (isPlain(part))
      return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, visit(item)]));
    return part;
  };
  return visit(structure);
}
