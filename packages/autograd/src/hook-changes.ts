import { stepRecorder } from "@dl/tensor";
import type { Recording } from "./recording.ts";

let changes = 0;

/** How often hooks of tensors that were not computed were added or removed: compiled steps follow it. */
export function hookChanges(): number {
  return changes;
}

/** Told before a hook is added or removed. */
export function noteHook({ node }: Recording): void {
  if (node !== undefined) return;
  changes++;
  stepRecorder()?.refuse("a hook of a tensor that was not computed is added or removed");
}
