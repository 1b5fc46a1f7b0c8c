import { checkDataset, checkFunction } from "./check-given.ts";
import type { AsyncDataset, Dataset } from "./dataset.ts";
import { whenThere } from "./loading/gather-samples.ts";

/**
 * The dataset with every sample changed by `change`, when it is asked for.
 *
 * For what is the same in every epoch; what is random belongs to the loader's `transform`.
 *
 * @example
 * const digits = new ProceduralDigits({ length: 100 });
 * const parities = mapDataset(digits, ({ inputs, targets }) => ({ inputs, targets: targets % 2 }));
 * parities.get(0).targets; // => 0
 */
export function mapDataset<S extends object, T extends object>(
  dataset: Dataset<S>,
  change: (sample: S, index: number) => T,
): Dataset<T>;
export function mapDataset<S extends object, T extends object>(
  dataset: AsyncDataset<S>,
  change: (sample: S, index: number) => T | Promise<T>,
): AsyncDataset<T>;
export function mapDataset<S extends object, T extends object>(
  dataset: AsyncDataset<S>,
  change: (sample: S, index: number) => T | Promise<T>,
): AsyncDataset<T> {
  checkDataset(dataset, "mapDataset");
  checkFunction(change, "change", "mapDataset");
  return {
    length: dataset.length,
    get: (index, signal) =>
      whenThere(dataset.get(index, signal), (sample) => change(sample, index)) as T | Promise<T>,
  };
}
