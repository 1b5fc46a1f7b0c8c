import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exponential, integerPower, logarithm, realPower, sineCosine } from "./portable-math.ts";

const number = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true });

describe("portable elementary functions", () => {
  it("agree with the engine's to about its last bit", () => {
    fc.assert(
      fc.property(number(-3, 3), number(-300, 300), number(1e-9, 1e9), (turns, power, positive) => {
        const [sine, cosine] = sineCosine(turns);
        expect(Math.abs(sine - Math.sin(2 * Math.PI * turns))).toBeLessThan(4e-15);
        expect(Math.abs(cosine - Math.cos(2 * Math.PI * turns))).toBeLessThan(4e-15);
        expect(Math.abs(exponential(power) / Math.exp(power) - 1)).toBeLessThan(1e-13);
        expect(Math.abs(logarithm(positive) - Math.log(positive))).toBeLessThan(1e-14);
      }),
      { numRuns: 2000 },
    );
  });

  it("are exact at quarters and at 1", () => {
    expect([0, 0.25, 0.5, 0.75, -0.25].map((turns) => sineCosine(turns).map((x) => x + 0))).toEqual(
      [
        [0, 1],
        [1, 0],
        [0, -1],
        [-1, 0],
        [-1, 0],
      ],
    );
    expect([logarithm(1), exponential(0)]).toEqual([0, 1]);
  });

  it("raise to powers as the engine does to some of its last bits", () => {
    fc.assert(
      fc.property(number(0, 1), number(1, 1e3), fc.nat(10_000), number(-5, 5), (a, b, n, y) => {
        expect(Math.abs(integerPower(a, n) - a ** n)).toBeLessThan(1e-14);
        expect(Math.abs(realPower(b, y) / b ** y - 1)).toBeLessThan(1e-13);
      }),
      { numRuns: 2000 },
    );
    expect([0, 0.5, 1, 2].map((y) => realPower(0, y))).toEqual([0, 0.5, 1, 2].map((y) => 0 ** y));
    expect([realPower(2, -3), realPower(4, 0.5), integerPower(0.1, 2)]).toEqual([
      0.125,
      2,
      0.1 * 0.1,
    ]);
  });

  it("end where doubles end", () => {
    expect([-1, 0, Infinity, NaN].map(logarithm)).toEqual([NaN, -Infinity, Infinity, NaN]);
    expect([-Infinity, -800, 800, Infinity, NaN].map(exponential)).toEqual([
      0,
      0,
      Infinity,
      Infinity,
      NaN,
    ]);
    expect(logarithm(5e-324)).toBeCloseTo(Math.log(5e-324), 11);
    expect([realPower(10, 400), realPower(10, -400.5)]).toEqual([Infinity, 0]);
  });
});
