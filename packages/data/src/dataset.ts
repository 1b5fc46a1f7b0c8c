/**
 * Numbers with a shape, on the host: what datasets hold. `data` has one element per cell of
 * `shape`, row by row.
 */
export interface HostArray {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Numbers of any element type with a shape: what becomes a {@link HostArray}. */
export interface HostSource {
  readonly data:
    | Float32Array
    | Float64Array
    | Int8Array
    | Int16Array
    | Int32Array
    | Uint8Array
    | Uint8ClampedArray
    | Uint16Array
    | Uint32Array
    | BigInt64Array
    | BigUint64Array;
  readonly shape: readonly number[];
}

/** One sample: named arrays, and whole numbers such as a class. */
export interface Sample {
  readonly [name: string]: HostArray | number;
}

/**
 * Samples stacked along a new first axis: a field of shape [28, 28] becomes [N, 28, 28], a number
 * becomes [N].
 */
export type HostBatch<S> = { readonly [Name in keyof S]: HostArray };

/**
 * Samples that can be had by their number, in any order.
 *
 * Every sample has the same fields, and a field has the same shape in every sample.
 */
export interface Dataset<S = ClassificationSample> {
  readonly length: number;
  /** The sample with this number, from 0. */
  get(index: number): S;
  /**
   * The same as stacking `get` of each index, without an object per sample; a loader prefers it.
   */
  getBatch?(indices: ArrayLike<number>): HostBatch<S>;
}

/**
 * Samples that may take time to get: from files, or over a network. Every {@link Dataset} is one.
 *
 * The signal is aborted when nobody waits for the sample any more.
 */
export interface AsyncDataset<S = ClassificationSample> {
  readonly length: number;
  /** The sample with this number, from 0. */
  get(index: number, signal?: AbortSignal): S | Promise<S>;
  /** The same as stacking `get` of each index; a loader prefers it. */
  getBatch?(indices: ArrayLike<number>, signal?: AbortSignal): HostBatch<S> | Promise<HostBatch<S>>;
}

/** Samples that come one after another, perhaps without end: a log, a simulation. */
export interface IterableDataset<S = ClassificationSample> {
  /**
   * The samples of an epoch; the same ones in the same order whenever it is asked for again. The
   * signal is aborted when nobody reads on.
   */
  samples(epoch: number, signal: AbortSignal): Iterable<S> | AsyncIterable<S>;
}

/** An input and the class it belongs to. */
export type ClassificationSample = {
  readonly inputs: HostArray;
  readonly targets: number;
};
