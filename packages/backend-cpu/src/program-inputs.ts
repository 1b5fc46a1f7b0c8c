import { topologicalOrder, type Scalar } from "@dl/backend";

/** Input slots that the expressions read, in order. */
export function usedInputs(roots: readonly Scalar[]): number[] {
  const slots = new Set<number>();
  for (const node of topologicalOrder(roots)) if (node.kind === "input") slots.add(node.slot);
  return [...slots].toSorted((a, b) => a - b);
}
