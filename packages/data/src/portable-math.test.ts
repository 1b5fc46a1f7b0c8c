import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exponential, logarithm, sineCosine } from "./portable-math.ts";

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
});
