import fc from "fast-check";
import { expect, test } from "vitest";
import {
  geometricMean,
  meanRatio,
  median,
  pairedRatio,
  quantile,
  summarize,
  unpairedRatio,
  verdictOf,
} from "./statistics.ts";

test("the middle, or the mean of the middle two", () => {
  expect(median([5])).toBe(5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 2, 3])).toBe(2.5);
});

test("as many values below as above, and the argument left as it was", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const copy = [...values];
      const middle = median(values);
      const below = values.filter((value) => value < middle).length;
      const above = values.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      expect(values).toEqual(copy);
    }),
  );
});

test("nothing has no middle", () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => geometricMean([])).toThrow(RangeError);
});

test("quantiles as NumPy's", () => {
  // np.quantile([1, 2, 3, 4, 10], [0.05, 0.25, 0.95])
  const values = [10, 1, 4, 2, 3];
  expect(quantile(values, 0.05)).toBeCloseTo(1.2, 12);
  expect(quantile(values, 0.25)).toBe(2);
  expect(quantile(values, 0.95)).toBeCloseTo(8.8, 12);
});

test("a summary names spread and outliers", () => {
  const summary = summarize([10, 11, 12, 13, 14, 100]);
  expect(summary).toMatchObject({ median: 12.5, outliers: 1, mad: 1.5 });
  expect(summary.ciLo).toBeGreaterThanOrEqual(10);
  expect(summary.ciHi).toBeLessThanOrEqual(100);
});

test("a ratio of pairs is not moved by what falls on both sides", () => {
  const drift = [1, 5, 2, 9, 3, 7];
  const ours = drift.map((factor) => 2 * factor);
  expect(pairedRatio(ours, drift)).toEqual({ ratio: 2, ciLo: 2, ciHi: 2 });
});

test("intervals hold the point and are the same every time", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 })), {
        minLength: 1,
        maxLength: 12,
      }),
      (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const found = pairedRatio(a, b);
        expect(found.ciLo).toBeLessThanOrEqual(found.ratio * (1 + 1e-12));
        expect(found.ciHi).toBeGreaterThanOrEqual(found.ratio * (1 - 1e-12));
        expect(pairedRatio(a, b)).toEqual(found);
      },
    ),
    { numRuns: 20 },
  );
});

test("means over cases", () => {
  expect(geometricMean([1, 4, 16])).toBeCloseTo(4, 12);
  const { ratio, ciLo, ciHi } = meanRatio([[Math.log(2)], [Math.log(8), Math.log(8)]]);
  for (const value of [ratio, ciLo, ciHi]) expect(value).toBeCloseTo(4, 12);
  expect(unpairedRatio([2, 2, 2], [1, 1, 1])).toEqual({ ratio: 2, ciLo: 2, ciHi: 2 });
});

test.each([
  [0.8, 0.9, 8, "faster"],
  [0.8, 0.97, 8, "unclear"],
  [1.1, 1.3, 8, "slower"],
  [1.0, 1.3, 8, "unclear"],
  [0.97, 1.03, 8, "same"],
  [0.5, 0.6, 2, "unclear"],
] as const)("from %f to %f over %i pairs is %s", (ciLo, ciHi, pairs, word) => {
  expect(verdictOf({ ratio: 1, ciLo, ciHi }, pairs)).toBe(word);
});
