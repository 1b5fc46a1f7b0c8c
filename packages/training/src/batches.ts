import { ArgumentError } from "@dl/backend";

/** One pass over training data per loop: a data loader, an array of batches, a generator's owner. */
export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/**
 * The batches of one pass, without the first `skipped`.
 *
 * @throws {ArgumentError} if there is nothing to go through, or no batch left.
 */
export async function* batchesOf<Batch>(
  op: string,
  data: Batches<Batch>,
  skipped = 0,
): AsyncGenerator<Batch, void, undefined> {
  checkBatches(op, data);
  let position = 0;
  for await (const batch of data) if (position++ >= skipped) yield batch;
  if (position === 0)
    throw new ArgumentError(
      op,
      "the data has no batches. Give it samples; and something that can be gone through once per epoch, such as a DataLoader or an array: a generator's result is empty the second time.",
      { received: data },
    );
}

/** Whether it can be gone through. */
export function isBatches(data: unknown): data is Batches<never> {
  return (
    typeof data === "object" &&
    data !== null &&
    (Symbol.iterator in data || Symbol.asyncIterator in data)
  );
}

/** @throws {ArgumentError} if there is nothing to go through. */
export function checkBatches(op: string, data: unknown): void {
  if (!isBatches(data))
    throw new ArgumentError(
      op,
      `needs data to go through: received ${data === null ? "null" : typeof data}. Pass a DataLoader, or an array of batches.`,
      { received: data },
    );
}

/** How many batches a pass has, where the data says. */
export function batchCountOf(data: unknown): number | undefined {
  const { length } = data as { length?: unknown };
  return typeof length === "number" ? length : undefined;
}

/** Where a loader stands; the rest of it says what its order depends on. */
export interface LoaderState {
  readonly epoch: number;
  /** Batches of that epoch already delivered. */
  readonly batch: number;
}

/** A loader that can be sent to any place in its data, such as a `DataLoader`. */
export interface SeekableBatches {
  /** Where it stands. */
  state(): LoaderState;
  /** Goes on from where `state` was asked for. */
  loadState(state: LoaderState): void;
}

/** Whether the data can be sent to a place; other data is gone through again up to there. */
export function isSeekable(data: object): data is SeekableBatches {
  return "loadState" in data && typeof data.loadState === "function" && "state" in data;
}
