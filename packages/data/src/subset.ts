import { checkGiven } from "@dl/backend";
import { checkDataset } from "./check-given.ts";
import { checkIndex } from "./check-range.ts";
import type { AsyncDataset, Dataset } from "./dataset.ts";
import { gatherBatch } from "./loading/gather-samples.ts";

/**
 * The samples of `dataset` at `indices`, in that order; an index may occur more than once.
 *
 * @throws {ArgumentError} if an index is outside the dataset.
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * subset(digits, [5, 7]).length; // => 2
 */
export function subset<S extends object>(
  dataset: Dataset<S>,
  indices: ArrayLike<number>,
): Dataset<S>;
export function subset<S extends object>(
  dataset: AsyncDataset<S>,
  indices: ArrayLike<number>,
): AsyncDataset<S>;
export function subset<S extends object>(
  dataset: AsyncDataset<S>,
  indices: ArrayLike<number>,
): AsyncDataset<S> {
  checkDataset(dataset, "subset");
  checkGiven("subset", "the indices", indices, ["length"]);
  const chosen = Uint32Array.from(indices, (index) => {
    checkIndex(index, dataset.length, "subset");
    return index;
  });
  return {
    length: chosen.length,
    get(index, signal) {
      checkIndex(index, chosen.length, "subset.get");
      return dataset.get(chosen[index]!, signal);
    },
    getBatch(positions, signal) {
      checkGiven("subset.getBatch", "the indices", positions, ["length"]);
      const wanted = Uint32Array.from(positions, (position) => {
        checkIndex(position, chosen.length, "subset.getBatch");
        return chosen[position]!;
      });
      return gatherBatch(dataset, wanted, signal);
    },
  };
}
