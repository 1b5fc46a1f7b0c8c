import type { Backend } from "@dl/backend";
import { tensor, type Tensor } from "@dl/tensor";
import type { HostArray, HostBatch } from "../dataset.ts";
import { hostBatchOf } from "../host-array.ts";

/** What a loader yields: one tensor per field of the sample, with the batch as first axis. */
export type Batch<S> = { readonly [Name in keyof S]: Tensor };

/** The one place where host numbers become tensors. */
export function toTensors<S extends object>(
  batch: HostBatch<S>,
  backend: Backend | undefined,
): Batch<S> {
  return Object.fromEntries(
    Object.entries<HostArray>(hostBatchOf(batch, "transform")).map(([name, { data, shape }]) => [
      name,
      tensor(data, { shape, ...(backend && { backend }) }),
    ]),
  ) as Batch<S>;
}
