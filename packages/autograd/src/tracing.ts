import type { Tensor } from "@dl/tensor";
import { walk, walkOrder, type BackwardOptions } from "./backward.ts";
import { enableGrad } from "./grad-mode.ts";
import { recordingOf, type Recording } from "./recording.ts";
import { startRecorder } from "./recorder.ts";
import { stopGradient } from "./stop-gradient.ts";

/** How many functions are being differentiated right now, one inside the other. */
let depth = 0;

/** Runs a function that is being differentiated. */
export function traceDeeper<Result>(body: () => Result): Result {
  depth++;
  try {
    return enableGrad(body);
  } finally {
    depth--;
  }
}

/** Inside a function that is being differentiated: gradients taken here take part in that. */
export function isTracing(): boolean {
  return depth > 0;
}

/** The tensor itself where it is recorded, so that closures over it take part; else a recorded alias. */
export function asTraced(x: Tensor): Tensor {
  if (recordingOf(x) !== undefined) return x;
  startRecorder();
  const alias = stopGradient(x);
  alias.requiresGrad = true;
  return alias;
}

/** Gradients that reach `targets`, in their order. */
export function pullBack(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  targets: readonly Recording[],
  options: BackwardOptions,
): (Tensor | undefined)[] {
  const starts = outputs.flatMap((output, i): [Recording, Tensor][] => {
    const recording = recordingOf(output);
    return recording === undefined ? [] : [[recording, cotangents[i]!]];
  });
  const found = new Map<Recording, Tensor>();
  walk(
    walkOrder(starts.map(([recording]) => recording)),
    starts,
    options,
    (recording, gradient) => found.set(recording, gradient),
    new Set(targets),
  );
  return targets.map((target) => found.get(target));
}
