import { expect, it } from "vitest";
import { chiSquare, kolmogorovSmirnov } from "./goodness-of-fit.ts";

const evenly = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);

it("finds even numbers even, and others not", () => {
  expect(kolmogorovSmirnov(evenly)).toBe(1);
  // scipy.stats.kstest
  expect(kolmogorovSmirnov(evenly.map((x) => 0.15 + 0.85 * x))).toBeCloseTo(0.0152, 3);
  expect(kolmogorovSmirnov(evenly.map((x) => x * x))).toBeLessThan(1e-4);
  expect(kolmogorovSmirnov([0.5, NaN])).toBe(0);
});

it("weighs counts as scipy.stats.chisquare does", () => {
  expect(chiSquare([16, 18, 16, 14, 12, 12], Array(6).fill(88 / 6))).toBeCloseTo(0.84914503608, 9);
  expect(chiSquare([30, 20, 10], [20, 20, 20])).toBeCloseTo(Math.exp(-5), 12);
  expect(chiSquare([60, 40], [50, 50])).toBeCloseTo(0.04550026389, 9);
  expect(chiSquare([100, 1], [100, 0])).toBe(0);
});
