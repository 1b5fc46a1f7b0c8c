import {
  ArgumentError,
  checkGiven,
  checkOptions,
  extendKinds,
  type OptionKinds,
} from "@dl/backend";
import { checkWhole } from "./check-range.ts";
import { loadingKinds, type LoadingOptions } from "./data-loader.ts";
import type { ClassificationSample, HostBatch, IterableDataset } from "./dataset.ts";
import { hostBatchOf } from "./host-array.ts";
import { checkShard, type Shard, wholeEpoch } from "./loading/epoch-order.ts";
import { linkedAbort, readAhead } from "./loading/read-ahead.ts";
import { type Batch, toTensors } from "./loading/to-tensors.ts";
import { checkSeed, RandomStream, randomStreams } from "./random-stream.ts";
import { stackSamples } from "./stack-samples.ts";

export interface StreamLoaderOptions<S, T = S> extends LoadingOptions<S, T> {
  /**
   * Samples held back, from which a random one goes next: the further apart two samples are in the
   * stream, the more of them mixing takes. Default 0, the order of the stream.
   */
  readonly shuffleBuffer?: number;
}

const streamLoaderKinds: OptionKinds<StreamLoaderOptions<unknown>> = /* @__PURE__ */ extendKinds(
  loadingKinds,
  { shuffleBuffer: "number" },
);

/** Where a stream loader stands. Plain data: keep it as JSON. */
export interface StreamLoaderState {
  readonly epoch: number;
  /** Batches of that epoch already delivered. */
  readonly batch: number;
}

/**
 * Cuts a stream of samples into batches, one pass per `for await` loop.
 *
 * To resume in the middle of a pass, the samples before it are read again and left out.
 *
 * @throws {ArgumentError} if an option is out of range.
 * @example
 * const counter = {
 *   *samples() {
 *     for (let i = 0; i < 10; i++) yield { count: i };
 *   },
 * };
 * for await (const { count } of new StreamLoader(counter, { batchSize: 4 })) {
 *   count; // => [0, 1, 2, 3]
 *   break;
 * }
 */
export class StreamLoader<S extends object = ClassificationSample, T extends object = S> {
  readonly batchSize: number;
  readonly #dataset: IterableDataset<S>;
  readonly #options: StreamLoaderOptions<S, T>;
  readonly #shard: Shard;
  readonly #prefetch: number;
  readonly #bufferRandom: RandomStream;
  readonly #transformRandom: RandomStream;
  #next: StreamLoaderState = { epoch: 0, batch: 0 };
  #latest: StreamLoaderState | undefined;

  constructor(dataset: IterableDataset<S>, options: StreamLoaderOptions<S, T>) {
    const {
      batchSize,
      seed = 0,
      shard = wholeEpoch,
      prefetch = 2,
      shuffleBuffer = 0,
    } = checkOptions("StreamLoader", options, streamLoaderKinds);
    checkGiven("StreamLoader", "the dataset", dataset, ["samples()"]);
    checkWhole(batchSize, 1, Infinity, "batchSize", "StreamLoader");
    checkWhole(prefetch, 0, Infinity, "prefetch", "StreamLoader");
    checkWhole(shuffleBuffer, 0, Infinity, "shuffleBuffer", "StreamLoader");
    checkSeed(seed, "StreamLoader");
    checkShard(shard, "StreamLoader");
    this.batchSize = batchSize;
    this.#dataset = dataset;
    this.#options = options;
    this.#shard = shard;
    this.#prefetch = prefetch;
    this.#bufferRandom = new RandomStream(seed, randomStreams.shuffleBuffer);
    this.#transformRandom = new RandomStream(seed, randomStreams.augment);
  }

  /** Where the loader stands; a pass that has ended counts as the start of the next. */
  state(): StreamLoaderState {
    return { ...(this.#latest ?? this.#next) };
  }

  /** Makes the next pass go on where the state was taken, in a loader made as that one was. */
  loadState(state: StreamLoaderState): void {
    checkGiven("StreamLoader.loadState", "the state", state, ["epoch", "batch"]);
    const { epoch, batch } = state;
    checkWhole(epoch, 0, 2 ** 32 - 1, "epoch", "StreamLoader.loadState");
    checkWhole(batch, 0, 2 ** 32 - 1, "batch", "StreamLoader.loadState");
    this.#next = { epoch, batch };
    this.#latest = undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch<T>, void, undefined> {
    const { signal, backend } = this.#options;
    const start = this.#next;
    const { epoch } = start;
    this.#next = { epoch: epoch + 1, batch: 0 };
    this.#latest = start;
    const stop = linkedAbort(signal);
    const batches = this.#hostBatches(start, stop.signal);
    const next = async (): Promise<HostBatch<T> | undefined> =>
      (await batches.next()).value ?? undefined;
    let delivered = start.batch;
    try {
      for await (const batch of readAhead(next, this.#prefetch, stop.signal)) {
        this.#latest = { epoch, batch: ++delivered };
        yield toTensors(batch, backend);
      }
      this.#latest = undefined;
    } finally {
      stop.abort();
      // Lets the stream close what it has open; nobody needs to wait for it.
      void batches.return().catch(() => undefined);
    }
  }

  async *#hostBatches(
    { epoch, batch: skipped }: StreamLoaderState,
    signal: AbortSignal,
  ): AsyncGenerator<HostBatch<T>, void, undefined> {
    const { dropLast = false, collate, transform } = this.#options;
    // Without a collate of its own a loader yields what the stream holds: T is S.
    const join = collate ?? (stackSamples as unknown as NonNullable<typeof collate>);
    let batch = 0;
    let samples: S[] = [];
    const finish = (): HostBatch<T> => {
      const whole = hostBatchOf<T>(join(samples), "collate");
      samples = [];
      if (transform === undefined) return whole;
      this.#transformRandom.seek(batch, epoch, this.#shard.rank);
      return transform(whole, this.#transformRandom);
    };
    for await (const sample of this.#mixed(epoch, signal)) {
      samples.push(sample);
      if (samples.length < this.batchSize) continue;
      if (batch < skipped) samples = [];
      else yield finish();
      batch++;
    }
    if (samples.length > 0 && !dropLast && batch >= skipped) yield finish();
  }

  /** The shard's samples, through the buffer. */
  async *#mixed(epoch: number, signal: AbortSignal): AsyncGenerator<S, void, undefined> {
    const { shuffleBuffer = 0 } = this.#options;
    const random = this.#bufferRandom;
    const held: S[] = [];
    let taken = 0;
    for await (const sample of this.#own(epoch, signal)) {
      if (held.length < shuffleBuffer) {
        held.push(sample);
        continue;
      }
      random.seek(taken++, epoch, this.#shard.rank);
      const place = random.below(shuffleBuffer + 1);
      yield place === shuffleBuffer ? sample : held[place]!;
      if (place < shuffleBuffer) held[place] = sample;
    }
    random.seek(taken, epoch, this.#shard.rank);
    random.shuffle(held);
    yield* held;
  }

  /** Every `count`-th sample, dealt out like cards. */
  async *#own(epoch: number, signal: AbortSignal): AsyncGenerator<S, void, undefined> {
    let position = 0;
    const samples: unknown = this.#dataset.samples(epoch, signal);
    if (!isIterable<S>(samples))
      throw new ArgumentError(
        "StreamLoader",
        `samples() must give something to iterate: received ${typeof samples}.`,
        { received: samples },
      );
    for await (const sample of samples) {
      signal.throwIfAborted();
      if (position++ % this.#shard.count === this.#shard.rank) yield sample;
    }
  }
}

function isIterable<S>(value: unknown): value is Iterable<S> | AsyncIterable<S> {
  return (
    typeof value === "object" &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}
