import { expect, test } from "vitest";
import { erf, erfc } from "./erf.ts";

/** Maclaurin series: all terms positive after the factor exp(-x²), so nothing cancels. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

test("erf agrees with its series", () => {
  for (let x = 0.001; x < 5; x += 0.013) {
    expect(Math.abs(erf(x) / erfSeries(x) - 1)).toBeLessThan(2e-15);
    expect(erf(-x)).toBe(-erf(x));
  }
});

// Abramowitz & Stegun, table 7.1, and the C library.
test.each([
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
])("erf(%d)", (x, y) => {
  expect(Math.abs(erf(x) - y)).toBeLessThanOrEqual(2 ** -52);
});

test.each([
  [0.1, 0.8875370839817152],
  [1, 0.15729920705028513],
  [4.1, 6.700027654084918e-9],
  [6, 2.1519736712498916e-17],
  [10, 2.088487583762545e-45],
  [26, 5.663192408856143e-296],
  [-2, 1.9953222650189528],
])("erfc(%d) is relatively accurate", (x, y) => {
  expect(Math.abs(erfc(x) / y - 1)).toBeLessThan(1e-15);
});

test("extremes", () => {
  expect([erf(0), erf(-0), erf(Infinity), erf(-Infinity)]).toEqual([0, -0, 1, -1]);
  expect([erfc(0), erfc(Infinity), erfc(-Infinity)]).toEqual([1, 0, 2]);
  expect([erf(NaN), erfc(NaN)]).toEqual([NaN, NaN]);
  expect(erf(5e-324)).toBe(5e-324);
});
