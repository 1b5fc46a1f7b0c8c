import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrayDataset } from "./array-dataset.ts";
import { concat } from "./concat.ts";
import type { AsyncDataset, ClassificationSample, Dataset } from "./dataset.ts";
import { mapDataset } from "./map-dataset.ts";
import { kFolds, randomSplit } from "./random-split.ts";
import { subset } from "./subset.ts";

const numbered = (length: number, from = 0): ArrayDataset =>
  new ArrayDataset({
    inputs: { data: new Float32Array(length), shape: [length] },
    targets: { data: Int32Array.from({ length }, (_, i) => from + i), shape: [length] },
  });

const classes = (dataset: Dataset): number[] =>
  Array.from({ length: dataset.length }, (_, i) => dataset.get(i).targets);
const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe("randomSplit", () => {
  it("parts the dataset, by counts and by shares", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(60), fc.nat(99), (length, cut, seed) => {
        const first = Math.min(cut, length);
        const parts = randomSplit(numbered(length), [first, length - first], { seed });
        expect(parts.map((part) => part.length)).toEqual([first, length - first]);
        expect(sorted(parts.flatMap(classes))).toEqual(range(length));
        const shares = randomSplit(numbered(length), [0.7, 0.2, 0.1], { seed });
        expect(sorted(shares.flatMap(classes))).toEqual(range(length));
        expect(Math.abs(shares[0]!.length - 0.7 * length)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("depends on the seed alone", () => {
    const split = (seed: number): number[] =>
      randomSplit(numbered(50), [25, 25], { seed }).flatMap(classes);
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
    expect(split(1)).not.toEqual(range(50));
  });

  it.each([[[3, 3]], [[0.5, 0.6]], [[-1, 11]], [[1.5, -0.5]], [[]], [[Number.NaN, 1]]])(
    "refuses sizes %j",
    (sizes) => {
      expect(() => randomSplit(numbered(10), sizes)).toThrow(
        `randomSplit: sizes must add up to the dataset's length (10), or to 1 as shares: received ${sizes.join(" + ")}.`,
      );
    },
  );
});

describe("kFolds", () => {
  it("validates on every sample once, and never trains on it", () => {
    const folds = kFolds(numbered(11), 3, { seed: 1 });
    expect(sorted(folds.flatMap(({ validation }) => classes(validation)))).toEqual(range(11));
    for (const { train, validation } of folds)
      expect(sorted([...classes(train), ...classes(validation)])).toEqual(range(11));
    expect(() => kFolds(numbered(3), 4)).toThrow(
      "kFolds: count must be a whole number from 2 to 3: received 4.",
    );
  });
});

describe("concat and mapDataset", () => {
  it("join datasets, empty ones too", () => {
    const empty = subset(numbered(1), []);
    const all = concat([empty, numbered(2), empty, numbered(3, 10)]);
    expect(classes(all)).toEqual([0, 1, 10, 11, 12]);
    expect(() => all.get(5)).toThrow(
      "concat.get: index must be a whole number from 0 to 4: received 5.",
    );
    expect(() => concat([])).toThrow("concat: needs at least one dataset: received none.");
  });

  it("change samples, those that take time too", async () => {
    const double = (
      { inputs, targets }: ClassificationSample,
      index: number,
    ): ClassificationSample => ({
      inputs,
      targets: 2 * targets + 100 * index,
    });
    expect(classes(mapDataset(numbered(3), double))).toEqual([0, 102, 204]);
    const base = numbered(3);
    const slow: AsyncDataset = { length: 3, get: (index) => Promise.resolve(base.get(index)) };
    const part = concat([subset(mapDataset(slow, double), [2]), randomSplit(slow, [3])[0]!]);
    expect((await part.get(0)).targets).toBe(204);
    expect((await subset(slow, [1, 2]).getBatch!([1, 0])).targets.data).toEqual(
      Int32Array.of(2, 1),
    );
  });
});
