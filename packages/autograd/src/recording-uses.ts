import { observePrimitives, Tensor } from "@dl/tensor";
import { recordingOf, upcomingNodeId, type Recording } from "./recording.ts";

/** One per piece of work being watched, the inner ones last. */
const watches: Set<Recording>[] = [];

/** Told of the inputs of what is no primitive. */
export function noteUses(recordings: Iterable<Recording | undefined>): void {
  for (const watch of watches)
    for (const recording of recordings) if (recording !== undefined) watch.add(recording);
}

/**
 * What `body` returns, and what it used that needs a gradient: given to it or reached by closure.
 * Operations recorded during `body` are left out.
 */
export function usesWithin<Result>(body: () => Result): {
  readonly result: Result;
  readonly uses: readonly Recording[];
} {
  const firstOwnId = upcomingNodeId();
  const watch = new Set<Recording>();
  watches.push(watch);
  const stop = observePrimitives((_name, inputs) => {
    for (const x of inputs) {
      const recording = x instanceof Tensor ? recordingOf(x) : undefined;
      if (recording !== undefined) watch.add(recording);
    }
  });
  try {
    const result = body();
    const uses = [...watch].filter(({ node }) => node === undefined || node.id < firstOwnId);
    return { result, uses };
  } finally {
    stop();
    watches.splice(watches.indexOf(watch), 1);
  }
}
