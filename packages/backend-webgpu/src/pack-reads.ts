import { declareBindings, type KernelBinding, type KernelSource } from "./kernel-builder.ts";
import { sharedBindings } from "./shared-buffers.ts";

/**
 * The kernel with no more than `limit` storage buffers, if that can be: inputs of one type share a
 * binding, over a copy of them made before each run. A device may allow no more than 8.
 */
export function packReads(source: KernelSource, limit: number): KernelSource {
  let excess = storageBuffers(source) - limit;
  if (excess <= 0) return source;
  const packs: KernelBinding[][] = [];
  const reads = source.bindings.filter(({ isWritten }) => !isWritten);
  const types = [...new Set(reads.map(({ type }) => type))];
  const byType = types.map((wanted) => reads.filter(({ type }) => type === wanted));
  for (const alike of byType.toSorted((a, b) => b.length - a.length)) {
    if (excess <= 0) break;
    const pack = alike.slice(0, excess + 1);
    packs.push(pack);
    excess -= pack.length - 1;
  }
  const shared = new Map(
    packs.flatMap(([first, ...others]) => others.map(({ name }) => [name, first!.name] as const)),
  );
  const bindings = source.bindings.filter(({ name }) => !shared.has(name));
  const first = source.shared.length + 1;
  const before = declareBindings(source.bindings, first).join("\n");
  return {
    ...source,
    // Only we make names of this form.
    code: source.code
      .replace(before, declareBindings(bindings, first).join("\n"))
      .replace(/\bin\d+\b/g, (name) => shared.get(name) ?? name),
    bindings,
    packs: packs.map((pack) => pack.map(({ operand }) => operand)),
  };
}

/** Those that count towards a device's limit. */
export function storageBuffers({ bindings, shared }: KernelSource): number {
  return bindings.length + shared.filter((name) => sharedBindings[name].type === "storage").length;
}
