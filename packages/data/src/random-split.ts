import { ArgumentError, checkOptions, refuseOptions } from "@dl/backend";
import { checkDataset, checkList } from "./check-given.ts";
import { checkWhole } from "./check-range.ts";
import type { AsyncDataset, Dataset } from "./dataset.ts";
import { checkSeed, RandomStream, randomStreams } from "./random-stream.ts";
import { subset } from "./subset.ts";

/** The seed of {@link randomSplit}. */
export interface RandomSplitOptions {
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Parts of a dataset that share no sample, each drawn at random.
 *
 * `sizes` are numbers of samples, or shares that add up to 1; what shares leave over by rounding
 * down goes to the first parts, one sample each.
 *
 * @throws {ArgumentError} if the sizes do not add up to the dataset's length, nor to 1.
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * const [train, validation] = randomSplit(digits, [0.8, 0.2]);
 * [train.length, validation.length]; // => [80, 20]
 */
export function randomSplit<S extends object>(
  dataset: Dataset<S>,
  sizes: readonly number[],
  options?: RandomSplitOptions,
): Dataset<S>[];
export function randomSplit<S extends object>(
  dataset: AsyncDataset<S>,
  sizes: readonly number[],
  options?: RandomSplitOptions,
): AsyncDataset<S>[];
export function randomSplit<S extends object>(
  dataset: AsyncDataset<S>,
  sizes: readonly number[],
  options: RandomSplitOptions = {},
): AsyncDataset<S>[] {
  checkDataset(dataset, "randomSplit");
  checkList(sizes, "sizes", "randomSplit");
  refuseOptions("randomSplit", sizes, "the sizes");
  const { seed = 0 } = checkOptions("randomSplit", options, { seed: "number" });
  const order = shuffledIndices(dataset.length, seed, "randomSplit");
  let start = 0;
  return partLengths(dataset.length, sizes).map((length) =>
    subset(dataset, order.subarray(start, (start += length))),
  );
}

/** A dataset split into what to train on and what to validate on. */
export interface Fold<D> {
  readonly train: D;
  readonly validation: D;
}

/**
 * Cross-validation: `count` splits, in which every sample is in the validation part exactly once.
 *
 * @throws {ArgumentError} if count is not from 2 to the dataset's length.
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * kFolds(digits, 5).map(({ train }) => train.length); // => [80, 80, 80, 80, 80]
 */
export function kFolds<S extends object>(
  dataset: Dataset<S>,
  count: number,
  options?: RandomSplitOptions,
): Fold<Dataset<S>>[];
export function kFolds<S extends object>(
  dataset: AsyncDataset<S>,
  count: number,
  options?: RandomSplitOptions,
): Fold<AsyncDataset<S>>[];
export function kFolds<S extends object>(
  dataset: AsyncDataset<S>,
  count: number,
  options: RandomSplitOptions = {},
): Fold<AsyncDataset<S>>[] {
  checkDataset(dataset, "kFolds");
  const { seed = 0 } = checkOptions("kFolds", options, { seed: "number" });
  checkWhole(count, 2, dataset.length, "count", "kFolds");
  const order = shuffledIndices(dataset.length, seed, "kFolds");
  return Array.from({ length: count }, (_, fold) => ({
    train: subset(
      dataset,
      order.filter((__, position) => position % count !== fold),
    ),
    validation: subset(
      dataset,
      order.filter((__, position) => position % count === fold),
    ),
  }));
}

function shuffledIndices(length: number, seed: number, op: string): Uint32Array {
  checkSeed(seed, op);
  const order = Uint32Array.from({ length }, (_, i) => i);
  const random = new RandomStream(seed, randomStreams.split);
  random.seek(0);
  random.shuffle(order);
  return order;
}

function partLengths(length: number, sizes: readonly number[]): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const isCounts = total === length && sizes.every((size) => Number.isInteger(size) && size >= 0);
  if (isCounts) return [...sizes];
  // Shares such as 0.7 + 0.2 + 0.1 miss 1 by a rounding error.
  const isShares = Math.abs(total - 1) < 1e-9 && sizes.every((size) => size >= 0);
  if (!isShares)
    throw new ArgumentError(
      "randomSplit",
      `sizes must add up to the dataset's length (${length}), or to 1 as shares: received ${sizes.join(" + ")}.`,
      { expected: [length, 1], received: sizes },
    );
  const lengths = sizes.map((size) => Math.floor(size * length));
  let left = length - lengths.reduce((sum, size) => sum + size, 0);
  for (let part = 0; left > 0; part = (part + 1) % lengths.length) {
    if (sizes[part]! > 0) {
      lengths[part]!++;
      left--;
    }
  }
  return lengths;
}
