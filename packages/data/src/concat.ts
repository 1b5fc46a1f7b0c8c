import { ArgumentError } from "@dl/backend";
import { checkDataset, checkList } from "./check-given.ts";
import { checkIndex } from "./check-range.ts";
import type { AsyncDataset, Dataset } from "./dataset.ts";

/**
 * The datasets one after another, as one.
 *
 * @throws {ArgumentError} if there is none.
 * @example
 * const small = new ProceduralDigits({ length: 3 });
 * const large = new ProceduralDigits({ length: 10, seed: 1 });
 * const both = concat([small, large]);
 * both.length; // => 13
 * both.get(3).targets === large.get(0).targets; // => true
 */
export function concat<S extends object>(datasets: readonly Dataset<S>[]): Dataset<S>;
export function concat<S extends object>(datasets: readonly AsyncDataset<S>[]): AsyncDataset<S>;
export function concat<S extends object>(datasets: readonly AsyncDataset<S>[]): AsyncDataset<S> {
  checkList(datasets, "the datasets", "concat");
  for (const dataset of datasets) checkDataset(dataset, "concat");
  if (datasets.length === 0)
    throw new ArgumentError("concat", "needs at least one dataset: received none.");
  const ends: number[] = [];
  for (const { length } of datasets) ends.push((ends.at(-1) ?? 0) + length);
  const length = ends.at(-1)!;
  return {
    length,
    get(index, signal) {
      checkIndex(index, length, "concat.get");
      const part = ends.findIndex((end) => index < end);
      return datasets[part]!.get(index - (ends[part - 1] ?? 0), signal);
    },
  };
}
