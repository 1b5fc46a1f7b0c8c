import { philox4x32 } from "@dl/backend";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomStream } from "./random-stream.ts";

describe("RandomStream", () => {
  it("counts Philox by (element, draw) and keys it by (seed, stream)", () => {
    const random = new RandomStream(11, 22);
    random.seek(33);
    const words = Array.from({ length: 8 }, () => random.nextUint32());
    expect(words).toEqual([
      ...philox4x32([0, 33, 0, 0], [11, 22]),
      ...philox4x32([1, 33, 0, 0], [11, 22]),
    ]);
  });

  it("starts a draw afresh wherever it was", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(20), (draw, used) => {
        const random = new RandomStream(1, 2);
        for (let i = 0; i < used; i++) random.nextUint32();
        random.seek(draw);
        const fresh = new RandomStream(1, 2);
        fresh.seek(draw);
        for (let i = 0; i < 6; i++) expect(random.nextUint32()).toBe(fresh.nextUint32());
      }),
    );
  });

  it("has the means and deviations it promises", () => {
    const random = new RandomStream(0, 0);
    const count = 100_000;
    const counts = Array.from({ length: 6 }, () => 0);
    let bellSum = 0;
    let bellSquares = 0;
    let uniformSum = 0;
    for (let i = 0; i < count; i++) {
      counts[random.below(6)]!++;
      const bell = random.bell(2);
      bellSum += bell;
      bellSquares += bell * bell;
      uniformSum += random.uniform(-1, 3);
    }
    // Five standard errors of each estimate.
    expect(Math.abs(bellSum / count)).toBeLessThan(0.032);
    expect(Math.abs(bellSquares / count - 4)).toBeLessThan(0.09);
    expect(Math.abs(uniformSum / count - 1)).toBeLessThan(0.019);
    for (const seen of counts) expect(Math.abs(seen - count / 6)).toBeLessThan(590);
  });
});
