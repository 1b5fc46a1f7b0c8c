import type { Dataset, HostBatch } from "./dataset.ts";
import { stackSamples } from "./stack-samples.ts";

/** What a loader yields: one array per field of the sample, with the batch as first axis. */
export type Batch<S> = HostBatch<S>;

/** The batch of the samples at `indices`. The one place where host numbers leave this package. */
export function collate<S extends object>(
  dataset: Dataset<S>,
  indices: ArrayLike<number>,
): Batch<S> {
  return (
    dataset.getBatch?.(indices) ?? stackSamples(Array.from(indices, (index) => dataset.get(index)))
  );
}
