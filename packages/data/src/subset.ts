import { checkIndex } from "./check-index.ts";
import type { Dataset, HostBatch } from "./dataset.ts";
import { stackSamples } from "./stack-samples.ts";

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
  indices: readonly number[],
): Dataset<S> {
  for (const index of indices) checkIndex(index, dataset.length, "subset");
  const chosen = Uint32Array.from(indices);
  return {
    length: chosen.length,
    get(index: number): S {
      checkIndex(index, chosen.length, "subset.get");
      return dataset.get(chosen[index]!);
    },
    getBatch(positions: ArrayLike<number>): HostBatch<S> {
      const wanted = Uint32Array.from(positions, (position) => {
        checkIndex(position, chosen.length, "subset.getBatch");
        return chosen[position]!;
      });
      return (
        dataset.getBatch?.(wanted) ??
        stackSamples(Array.from(wanted, (index) => dataset.get(index)))
      );
    },
  };
}
