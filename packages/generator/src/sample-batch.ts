import { ArgumentError, describeValue } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import type { Batches } from "@dl/training";

/** A batch that has the samples to be learnt under `inputs`, or is them. */
export type SampleBatch = Tensor | { readonly inputs: Tensor };

/**
 * The samples of a batch: itself, or its `inputs`.
 *
 * @throws {ArgumentError} if it has none.
 * @example
 * samplesOf("myStep", { inputs: zeros([2, 3]) }).shape; // => [2, 3]
 */
export function samplesOf(op: string, batch: SampleBatch): Tensor {
  if (batch instanceof Tensor) return batch;
  const inputs: unknown = (batch as { readonly inputs?: unknown } | null | undefined)?.inputs;
  if (inputs instanceof Tensor) return inputs;
  throw new ArgumentError(
    op,
    `a batch must be a tensor of samples, or have one as inputs: received ${describeValue(batch)}. Name the field so in the dataset, or pass a function that takes such batches.`,
    { expected: "{ inputs }", received: batch },
  );
}

/**
 * The data, which can be gone through, batch by batch.
 *
 * @throws {ArgumentError} if it cannot.
 * @example
 * batchesOf("myReport", [zeros([2, 3])]).length; // => 1
 */
export function batchesOf<Batch>(op: string, data: Batches<Batch>): Batches<Batch> {
  const given: unknown = data;
  if (
    typeof given === "object" &&
    given !== null &&
    (Symbol.iterator in given || Symbol.asyncIterator in given)
  )
    return data;
  throw new ArgumentError(
    op,
    `needs data to go through: received ${describeValue(given)}. Pass a DataLoader, or an array of batches.`,
    { received: given },
  );
}
