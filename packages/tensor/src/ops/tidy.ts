import { checkSynchronous, wrongType } from "@dl/backend";
import { closeScope, noteInScope, openScope } from "../core/scope.ts";
import { store } from "../core/store.ts";
import { Tensor } from "../core/tensor.ts";

/**
 * Runs `work` and frees at once what it made, except the tensors it returns (alone, or inside
 * lists and plain objects) and what those, or a graph, still need. Never needed: for tight memory.
 *
 * What tensors from outside are given stays: gradients, and elements by `assign`. So does what
 * optimisers, averages and metrics remember. For what is stored elsewhere there is
 * {@link keepBeyondScope}.
 *
 * @throws {ArgumentError} if `work` is asynchronous: other work would run in between.
 * @example
 * const distance = tidy(() => tensor([3, 4]).square().sum().sqrt());
 * await distance.item(); // => 5
 */
export function tidy<Result>(work: () => Result): Result {
  if (typeof work !== "function")
    throw wrongType("tidy", "needs a function", work, "Write tidy(() => ...).");
  openScope();
  const kept = new Set<Tensor>();
  try {
    const result = work();
    checkSynchronous(
      "tidy",
      result,
      "other work would run before it ended. Read results after tidy, not in it.",
    );
    collectTensors(result, kept, new Set());
    // What is pending would hold on to what it is computed from.
    for (const tensor of kept) store(tensor.value);
    return result;
  } finally {
    // The latest first: what was made of others lets go of them.
    for (const tensor of closeScope().toReversed())
      if (kept.has(tensor as Tensor)) noteInScope(tensor);
      else (tensor as Tensor).dispose();
  }
}

/** Adds the tensors in lists, maps, sets and objects of any depth, and their gradients, to `found`. */
export function collectTensors(item: unknown, found: Set<Tensor>, seen: Set<object>): void {
  if (item instanceof Tensor) {
    found.add(item);
    // Lives as long as its tensor, where gradients are recorded.
    if ("grad" in item) collectTensors(item.grad, found, seen);
  } else if (typeof item === "object" && item !== null && !seen.has(item)) {
    seen.add(item);
    const parts: Iterable<unknown> =
      item instanceof Map || item instanceof Set ? item.values() : Object.values(item);
    for (const part of parts) collectTensors(part, found, seen);
  }
}
