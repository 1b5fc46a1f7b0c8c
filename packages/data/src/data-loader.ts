import {
  ArgumentError,
  type Backend,
  checkGiven,
  checkOptions,
  extendKinds,
  type OptionKinds,
} from "@dl/backend";
import { checkDataset } from "./check-given.ts";
import { checkWhole } from "./check-range.ts";
import type { AsyncDataset, ClassificationSample, HostBatch } from "./dataset.ts";
import {
  checkShard,
  countBatches,
  epochOrder,
  type Shard,
  shardLength,
  wholeEpoch,
} from "./loading/epoch-order.ts";
import { hostBatchOf } from "./host-array.ts";
import { gatherBatch, gatherSamples, isPromise, whenThere } from "./loading/gather-samples.ts";
import { linkedAbort, readAhead } from "./loading/read-ahead.ts";
import { type Batch, toTensors } from "./loading/to-tensors.ts";
import { checkSeed, RandomStream, randomStreams } from "./random-stream.ts";
import type { BatchTransform } from "./transforms/transform.ts";

/** What both loaders take. */
export interface LoadingOptions<S, T> {
  readonly batchSize: number;
  /** Of the order and of the transform; default 0. */
  readonly seed?: number;
  /** Leave out the last batch if it is not full. Default false. */
  readonly dropLast?: boolean;
  /** The part of every epoch that this loader takes. Default all of it. */
  readonly shard?: Shard;
  /** Makes a batch of samples. Stacks them unless said. */
  readonly collate?: (samples: readonly S[]) => HostBatch<T>;
  /** Changes every batch; its random numbers follow from seed, epoch, batch and shard. */
  readonly transform?: BatchTransform<T>;
  /** Batches begun before they are asked for, where samples take time to get. Default 2. */
  readonly prefetch?: number;
  /** Ends a pass: the next batch is refused with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where the batches' tensors are made; the configured backend unless said. */
  readonly backend?: Backend;
}

export const loadingKinds: OptionKinds<LoadingOptions<unknown, unknown>> = {
  batchSize: "number",
  seed: "number",
  dropLast: "boolean",
  shard: "object",
  collate: "function",
  transform: "function",
  prefetch: "number",
  signal: "object",
  backend: "object",
};

export interface DataLoaderOptions<S, T = S> extends LoadingOptions<S, T> {
  /** A new order each epoch. Default false. */
  readonly shuffle?: boolean;
}

const dataLoaderKinds: OptionKinds<DataLoaderOptions<unknown>> = /* @__PURE__ */ extendKinds(
  loadingKinds,
  { shuffle: "boolean" },
);

/** Where a loader stands, and what its order depends on. Plain data: keep it as JSON. */
export interface DataLoaderState {
  readonly epoch: number;
  /** Batches of that epoch already delivered. */
  readonly batch: number;
  readonly seed: number;
  readonly sampleCount: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly rank: number;
  readonly shardCount: number;
}

interface Pass {
  readonly epoch: number;
  readonly order: Uint32Array;
  delivered: number;
}

/**
 * Cuts a dataset into batches, one pass (epoch) per `for` loop; `for await` where samples take
 * time to get.
 *
 * The order of an epoch depends on (seed, epoch) alone. `state` and `loadState` resume in the
 * middle of an epoch with the order that was left.
 *
 * @throws {ArgumentError} if an option is out of range, the dataset is empty, or dropLast would
 * leave no batch.
 * @example
 * const digits = new ProceduralDigits({ length: 1000 });
 * const loader = new DataLoader(digits, { batchSize: 64, shuffle: true });
 * loader.length; // => 16
 */
export class DataLoader<S extends object = ClassificationSample, T extends object = S> {
  /** Number of batches in an epoch. */
  readonly length: number;
  readonly batchSize: number;
  readonly #dataset: AsyncDataset<S>;
  readonly #options: DataLoaderOptions<S, T>;
  readonly #seed: number;
  readonly #shard: Shard;
  readonly #prefetch: number;
  readonly #orderRandom: RandomStream | undefined;
  readonly #transformRandom: RandomStream;
  #epoch = 0;
  /** Batches that the next pass leaves out, and the latest pass. */
  #skipped = 0;
  #latest: Pass | undefined;

  constructor(dataset: AsyncDataset<S>, options: DataLoaderOptions<S, T>) {
    const {
      batchSize,
      seed = 0,
      dropLast = false,
      shard = wholeEpoch,
      prefetch = 2,
    } = checkOptions("DataLoader", options, dataLoaderKinds);
    checkDataset(dataset, "DataLoader");
    checkSeed(seed, "DataLoader");
    checkShard(shard, "DataLoader");
    checkWhole(prefetch, 0, Infinity, "prefetch", "DataLoader");
    if (!Number.isInteger(dataset.length) || dataset.length < 1)
      throw new ArgumentError(
        "DataLoader",
        `the dataset is empty: its length is ${dataset.length}. Give it at least one sample.`,
        { expected: ">= 1", received: dataset.length },
      );
    const samples = shardLength(dataset.length, shard, dropLast);
    this.length = countBatches(samples, batchSize, dropLast, "DataLoader");
    this.batchSize = batchSize;
    this.#dataset = dataset;
    this.#options = options;
    this.#seed = seed;
    this.#shard = shard;
    this.#prefetch = prefetch;
    this.#orderRandom =
      options.shuffle === true ? new RandomStream(seed, randomStreams.shuffle) : undefined;
    this.#transformRandom = new RandomStream(seed, randomStreams.augment);
  }

  /** Number of the epoch that the next pass takes; each pass adds one. */
  get epoch(): number {
    return this.#epoch;
  }

  set epoch(epoch: number) {
    checkWhole(epoch, 0, 2 ** 32 - 1, "epoch", "DataLoader");
    this.#epoch = epoch;
    this.#skipped = 0;
    this.#latest = undefined;
  }

  /** Indices of the samples in the order in which `epoch` visits them. */
  order(epoch: number): Uint32Array {
    checkWhole(epoch, 0, 2 ** 32 - 1, "epoch", "DataLoader");
    const { dropLast = false } = this.#options;
    return epochOrder(this.#dataset.length, epoch, this.#orderRandom, this.#shard, dropLast);
  }

  /**
   * Where the loader stands: batches that were delivered count, batches that were prefetched do
   * not.
   *
   * @example
   * const digits = new ProceduralDigits({ length: 100 });
   * const loader = new DataLoader(digits, { batchSize: 10, shuffle: true });
   * for (const batch of loader) break;
   * const resumed = new DataLoader(digits, { batchSize: 10, shuffle: true });
   * resumed.loadState(loader.state());
   * [...resumed].length; // => 9
   */
  state(): DataLoaderState {
    const latest = this.#latest;
    const isUnderWay = latest !== undefined && latest.delivered < this.length;
    const { shuffle = false, dropLast = false } = this.#options;
    return {
      epoch: isUnderWay ? latest.epoch : this.#epoch,
      batch: isUnderWay ? latest.delivered : this.#skipped,
      seed: this.#seed,
      sampleCount: this.#dataset.length,
      batchSize: this.batchSize,
      shuffle,
      dropLast,
      rank: this.#shard.rank,
      shardCount: this.#shard.count,
    };
  }

  /**
   * Makes the next pass go on where the state was taken.
   *
   * @throws {ArgumentError} if this loader would go on in another order than the one that was left.
   */
  loadState(state: DataLoaderState): void {
    const own = this.state();
    checkGiven("DataLoader.loadState", "the state", state, Object.keys(own));
    for (const name of Object.keys(own) as (keyof DataLoaderState)[])
      if (name !== "epoch" && name !== "batch" && state[name] !== own[name])
        throw new ArgumentError(
          "DataLoader.loadState",
          `the state is of another order: its ${name} is ${state[name]}, this loader's is ${own[name]}. Make the loader as it was.`,
          { expected: own[name], received: state[name] },
        );
    checkWhole(state.batch, 0, this.length - 1, "batch", "DataLoader.loadState");
    this.epoch = state.epoch;
    this.#skipped = state.batch;
  }

  [Symbol.iterator](): IterableIterator<Batch<T>> {
    return this.#batches(this.#begin());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Batch<T>> {
    return this.#asyncBatches(this.#begin());
  }

  #begin(): Pass {
    const pass = { epoch: this.#epoch, order: this.order(this.#epoch), delivered: this.#skipped };
    this.epoch = this.#epoch + 1;
    this.#latest = pass;
    return pass;
  }

  *#batches(pass: Pass): Generator<Batch<T>, void, undefined> {
    while (pass.delivered < this.length) {
      this.#options.signal?.throwIfAborted();
      const batch = this.#load(pass, pass.delivered, undefined);
      if (isPromise(batch)) {
        batch.catch(() => undefined);
        throw new ArgumentError(
          "DataLoader",
          "the dataset takes time to get samples: received a promise. Iterate with for await.",
        );
      }
      pass.delivered++;
      yield toTensors(batch, this.#options.backend);
    }
  }

  async *#asyncBatches(pass: Pass): AsyncGenerator<Batch<T>, void, undefined> {
    const { signal, backend } = this.#options;
    const stop = linkedAbort(signal);
    let begun = pass.delivered;
    const next = (): HostBatch<T> | Promise<HostBatch<T>> | undefined =>
      begun < this.length ? this.#load(pass, begun++, stop.signal) : undefined;
    try {
      for await (const batch of readAhead(next, this.#prefetch, stop.signal)) {
        pass.delivered++;
        yield toTensors(batch, backend);
      }
    } finally {
      stop.abort();
    }
  }

  #load(
    pass: Pass,
    batch: number,
    signal: AbortSignal | undefined,
  ): HostBatch<T> | Promise<HostBatch<T>> {
    const { collate, transform } = this.#options;
    const indices = pass.order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
    const collated =
      collate === undefined
        ? // Without a collate of its own a loader yields what the dataset holds: T is S.
          (gatherBatch(this.#dataset, indices, signal) as unknown as HostBatch<T>)
        : whenThere(gatherSamples(this.#dataset, indices, signal), (samples) =>
            hostBatchOf<T>(collate(samples), "collate"),
          );
    if (transform === undefined) return collated;
    return whenThere(collated, (whole) => {
      this.#transformRandom.seek(batch, pass.epoch, this.#shard.rank);
      return transform(whole, this.#transformRandom);
    });
  }
}
