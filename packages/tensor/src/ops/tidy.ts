import { ArgumentError, wrongType } from "@dl/backend";
import { closeScope, noteInScope, openScope } from "../core/scope.ts";
import { store } from "../core/store.ts";
import { Tensor } from "../core/tensor.ts";
import { upcomingSerial } from "../core/tensor-value.ts";

/**
 * Runs `work` and frees at once what it made, except the tensors it returns (alone, or inside
 * lists and plain objects) and what those, or a graph, still need. Never needed: for tight memory.
 *
 * @throws {ArgumentError} if `work` is asynchronous: other work would run in between.
 * @example
 * const distance = tidy(() => tensor([3, 4]).square().sum().sqrt());
 * await distance.item(); // => 5
 */
export function tidy<Result>(work: () => Result): Result {
  if (typeof work !== "function")
    throw wrongType("tidy", "needs a function", work, "Write tidy(() => ...).");
  const oldest = upcomingSerial();
  openScope();
  let result: Result | undefined;
  const kept = new Set<Tensor>();
  try {
    result = work();
    if (result instanceof Promise)
      throw new ArgumentError(
        "tidy",
        "received an asynchronous function. Read results after tidy, not in it.",
      );
    collectTensors(result, kept, new Set());
    // What is pending would hold on to what it is computed from.
    for (const tensor of kept) store(tensor.value);
  } finally {
    const made = closeScope().filter((item) => item instanceof Tensor);
    const keptValues = new Set([...kept].map((tensor) => tensor.value));
    // The latest first: what was made of others lets go of them.
    for (const tensor of made.toReversed())
      if (kept.has(tensor)) noteInScope(tensor);
      else if (tensor.value.serial >= oldest && !keptValues.has(tensor.value)) tensor.dispose();
  }
  return result;
}

function collectTensors(item: unknown, found: Set<Tensor>, seen: Set<object>): void {
  if (item instanceof Tensor) found.add(item);
  else if (typeof item === "object" && item !== null && !seen.has(item)) {
    seen.add(item);
    const parts: Iterable<unknown> =
      item instanceof Map || item instanceof Set ? item.values() : Object.values(item);
    for (const part of parts) collectTensors(part, found, seen);
  }
}
