import { ArgumentError } from "@dl/backend";

/** One pass over training data per loop: a data loader, an array of batches, a generator's owner. */
export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>;

/** Looks at a batch; `false` ends the pass. */
export type Visit<Batch> = (batch: Batch) => boolean | Promise<boolean>;

/**
 * Visits the batches of one pass without the first `skipped`; gives `false` if a visit ended it. Waits
 * only for what is a promise: an array of batches and steps that are replayed cost no turn each.
 *
 * @throws {ArgumentError} if there is nothing to go through, or no batch left.
 */
export async function visitBatches<Batch>(
  op: string,
  data: Batches<Batch>,
  visit: Visit<Batch>,
  skipped = 0,
): Promise<boolean> {
  checkBatches(op, data);
  const batches =
    Symbol.asyncIterator in data ? data[Symbol.asyncIterator]() : data[Symbol.iterator]();
  let position = 0;
  let isOpen = false;
  try {
    for (;;) {
      const given = batches.next();
      const next = given instanceof Promise ? await given : given;
      if (next.done === true) break;
      isOpen = true;
      if (position++ >= skipped) {
        const verdict = visit(next.value);
        if (!(verdict instanceof Promise ? await verdict : verdict)) return false;
      }
      isOpen = false;
    }
  } finally {
    if (isOpen) await batches.return?.();
  }
  if (position > 0) return true;
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
