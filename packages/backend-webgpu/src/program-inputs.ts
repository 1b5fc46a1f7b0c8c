import { topologicalOrder, type Scalar } from "@dl/backend";

/** Input slots that the expressions read, in order. */
export function usedInputs(roots: readonly Scalar[]): number[] {
  const slots = new Set<number>();
  for (const node of topologicalOrder(roots)) if (node.kind === "input") slots.add(node.slot);
  return [...slots].toSorted((a, b) => a - b);
}

/** Whether an expression depends on the position of its element. */
export function readsIndex(roots: readonly Scalar[]): boolean {
  return topologicalOrder(roots).some(
    (node) => node.kind === "index" || (node.kind === "apply" && node.op === "randomBits"),
  );
}
