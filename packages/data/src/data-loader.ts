import { ArgumentError, type Backend } from "@dl/backend";
import { type Batch, collate } from "./collate.ts";
import type { ClassificationSample, Dataset } from "./dataset.ts";
import { checkSeed, RandomStream, randomStreams } from "./random-stream.ts";

export interface DataLoaderOptions {
  readonly batchSize: number;
  /** A new order each epoch. Default false. */
  readonly shuffle?: boolean;
  /** Of the order; default 0. */
  readonly seed?: number;
  /** Leave out the last batch if it is not full. Default false. */
  readonly dropLast?: boolean;
  /** Where the batches' tensors are made; the configured backend unless said. */
  readonly backend?: Backend;
}

/**
 * Cuts a dataset into batches, one pass (epoch) per `for` loop.
 *
 * The order of an epoch depends on (seed, epoch) alone: to resume, set `epoch`.
 *
 * @throws {ArgumentError} if batchSize is not a whole number of at least 1, the dataset is empty,
 * or dropLast would leave no batch.
 * @example
 * const digits = new ProceduralDigits({ length: 1000 });
 * const loader = new DataLoader(digits, { batchSize: 64, shuffle: true });
 * loader.length; // => 16
 */
export class DataLoader<S extends object = ClassificationSample> {
  /** Number of batches in an epoch. */
  readonly length: number;
  readonly batchSize: number;
  /** Number of the epoch that the next pass takes; each pass adds one. */
  epoch = 0;
  readonly #dataset: Dataset<S>;
  readonly #isShuffled: boolean;
  readonly #random: RandomStream;
  readonly #backend: Backend | undefined;

  constructor(dataset: Dataset<S>, options: DataLoaderOptions) {
    const { batchSize, shuffle = false, seed = 0, dropLast = false } = options;
    checkSeed(seed, "DataLoader");
    this.length = countBatches(dataset.length, batchSize, dropLast);
    this.batchSize = batchSize;
    this.#dataset = dataset;
    this.#isShuffled = shuffle;
    this.#random = new RandomStream(seed, randomStreams.shuffle);
    this.#backend = options.backend;
  }

  /** Indices of the samples in the order in which `epoch` visits them. */
  order(epoch: number): Uint32Array {
    if (!Number.isInteger(epoch) || epoch < 0 || epoch >= 2 ** 32)
      throw new ArgumentError(
        "DataLoader",
        `epoch must be a whole number from 0 to 4294967295: received ${epoch}.`,
        { expected: "0..4294967295", received: epoch },
      );
    const order = Uint32Array.from({ length: this.#dataset.length }, (_, i) => i);
    return this.#isShuffled ? shuffled(order, epoch, this.#random) : order;
  }

  [Symbol.iterator](): IterableIterator<Batch<S>> {
    return this.#batches(this.order(this.epoch++));
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Batch<S>> {
    return this.#asyncBatches(this.order(this.epoch++));
  }

  *#batches(order: Uint32Array): Generator<Batch<S>, void, undefined> {
    for (let i = 0; i < this.length; i++)
      yield collate(
        this.#dataset,
        order.subarray(i * this.batchSize, (i + 1) * this.batchSize),
        this.#backend,
      );
  }

  async *#asyncBatches(order: Uint32Array): AsyncGenerator<Batch<S>, void, undefined> {
    yield* this.#batches(order);
  }
}

/** Fisher-Yates in place: every order equally likely, up to the quality of the random numbers. */
function shuffled(order: Uint32Array, epoch: number, random: RandomStream): Uint32Array {
  random.seek(epoch);
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}

function countBatches(length: number, batchSize: number, dropLast: boolean): number {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new ArgumentError(
      "DataLoader",
      `batchSize must be a whole number of at least 1: received ${batchSize}.`,
      { expected: ">= 1", received: batchSize },
    );
  if (!Number.isInteger(length) || length < 1)
    throw new ArgumentError(
      "DataLoader",
      `the dataset is empty: its length is ${length}. Give it at least one sample.`,
      { expected: ">= 1", received: length },
    );
  if (!dropLast) return Math.ceil(length / batchSize);
  if (length < batchSize)
    throw new ArgumentError(
      "DataLoader",
      `dropLast leaves no batch: ${length} samples, batchSize ${batchSize}. Use a batchSize of at most ${length}, or keep the last batch.`,
      { expected: length, received: batchSize },
    );
  return Math.floor(length / batchSize);
}
