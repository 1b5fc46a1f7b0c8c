import fc from "fast-check";
import { expect, test } from "vitest";
import { median } from "./statistics.ts";

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
});
