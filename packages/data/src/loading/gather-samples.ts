import type { AsyncDataset, Dataset, HostBatch } from "../dataset.ts";
import { hostBatchOf } from "../host-array.ts";
import { stackSamples } from "../stack-samples.ts";

/** The samples at `indices`: at once where the dataset has them, else a promise of them. */
export function gatherSamples<S extends object>(
  dataset: AsyncDataset<S>,
  indices: ArrayLike<number>,
  signal: AbortSignal | undefined,
): readonly S[] | Promise<readonly S[]> {
  const samples = Array.from(indices, (index) => dataset.get(index, signal));
  return samples.some(isPromise)
    ? Promise.all(samples.map((sample) => Promise.resolve(sample)))
    : (samples as S[]);
}

/** The batch of the samples at `indices`, by the dataset's own `getBatch` where it has one. */
export function gatherBatch<S extends object>(
  dataset: Dataset<S>,
  indices: ArrayLike<number>,
): HostBatch<S>;
export function gatherBatch<S extends object>(
  dataset: AsyncDataset<S>,
  indices: ArrayLike<number>,
  signal: AbortSignal | undefined,
): HostBatch<S> | Promise<HostBatch<S>>;
export function gatherBatch<S extends object>(
  dataset: AsyncDataset<S>,
  indices: ArrayLike<number>,
  signal?: AbortSignal,
): HostBatch<S> | Promise<HostBatch<S>> {
  if (dataset.getBatch === undefined)
    return whenThere(gatherSamples(dataset, indices, signal), stackSamples);
  return whenThere(dataset.getBatch(indices, signal), (batch) => hostBatchOf(batch, "getBatch"));
}

/** `use(value)`, now if the value is there, else when it comes. */
export function whenThere<T, U>(value: T | Promise<T>, use: (value: T) => U): U | Promise<U> {
  return isPromise(value) ? value.then(use) : use(value);
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise;
}
