import { topologicalOrder, type Scalar } from "@dl/backend";

/** About how many times as long as a simple map expressions take; see {@link CpuDevice.parts}. */
export function expressionWork(roots: readonly Scalar[]): number {
  let work = 0;
  for (const node of topologicalOrder(roots)) {
    if (node.kind === "apply") work += costlyOps.has(node.op) ? 1.5 : 0.25;
    else if (node.kind === "input") work += 0.25;
  }
  return Math.max(1, work);
}

const costlyOps: ReadonlySet<string> = new Set([
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "atan",
  "tanh",
  "erf",
  "pow",
  "mod",
  "randomBits",
  "normalFromBits",
]);

/** Input slots that the expressions read, in order. */
export function usedInputs(roots: readonly Scalar[]): number[] {
  const slots = new Set<number>();
  for (const node of topologicalOrder(roots)) if (node.kind === "input") slots.add(node.slot);
  return [...slots].toSorted((a, b) => a - b);
}
