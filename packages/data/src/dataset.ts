/**
 * Numbers with a shape, on the host: what datasets hold. `data` has one element per cell of
 * `shape`, row by row.
 */
export interface HostArray {
  readonly data: Float32Array | Int32Array;
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
  get(index: number): S;
  /**
   * The same as stacking `get` of each index, without an object per sample; a loader prefers it.
   */
  getBatch?(indices: ArrayLike<number>): HostBatch<S>;
}

/** An input and the class it belongs to. */
export type ClassificationSample = {
  readonly inputs: HostArray;
  readonly targets: number;
};
