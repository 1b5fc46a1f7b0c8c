import type { Backend } from "@dl/backend";
import { tensor, type Tensor } from "@dl/tensor";
import type { Dataset, HostArray } from "./dataset.ts";
import { stackSamples } from "./stack-samples.ts";

/** What a loader yields: one tensor per field of the sample, with the batch as first axis. */
export type Batch<S> = { readonly [Name in keyof S]: Tensor };

/** The batch of the samples at `indices`. The one place where host numbers become tensors. */
export function collate<S extends object>(
  dataset: Dataset<S>,
  indices: ArrayLike<number>,
  backend: Backend | undefined,
): Batch<S> {
  const arrays =
    dataset.getBatch?.(indices) ?? stackSamples(Array.from(indices, (index) => dataset.get(index)));
  return Object.fromEntries(
    Object.entries<HostArray>(arrays).map(([name, { data, shape }]) => [
      name,
      tensor(data, { shape, ...(backend && { backend }) }),
    ]),
  ) as Batch<S>;
}
