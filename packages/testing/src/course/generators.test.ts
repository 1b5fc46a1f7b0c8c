import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { resultOf } from "./chapter-result.ts";
import { generators } from "./generators.ts";
import { variational } from "./variational.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("the course's claims on generators", { timeout: 240_000 }, () => {
  it("10. a network is a generator in three ways; distance averages", async () => {
    const { full, diagonal, ring } = await resultOf(generators);
    expect(full.excess).toBeLessThan(0.004);
    for (const [i, share] of [0.5, 0.9, 0.99].entries())
      expect(Math.abs(full.shares[i]! - share), `region of ${share}`).toBeLessThan(0.015);
    expect(diagonal.excess).toBeGreaterThan(0.3);
    const { "way 2, naive distance": naive, ...others } = ring;
    expect(naive.modes).toBe(0);
    expect(naive.middle).toBeGreaterThanOrEqual(0.99);
    for (const [name, { modes, middle }] of Object.entries(others)) {
      expect(modes, name).toBe(8);
      expect(middle, name).toBeLessThan(0.01);
    }
    expect(ring["way 3, likelihood"].highQuality).toBeGreaterThan(0.75);
  });

  // In the long version, which writes the pages, it learns MNIST.
  it(
    "19. ln p(x) = L + KL, no averaging on the ring, a bound that rises",
    { timeout: 1_800_000 },
    async () => {
      const { linear, rings, pictures, digits } = await resultOf(variational);
      expect(linear.gap).toBeLessThan(1e-9);
      expect(Math.abs(linear.sampledBound - linear.bound)).toBeLessThan(0.01);
      for (const [i, { modes, highQuality, middle }] of rings.entries()) {
        expect(modes, `seed ${i}`).toBe(8);
        expect(highQuality, `seed ${i}`).toBeGreaterThanOrEqual(0.8);
        expect(middle, `seed ${i}`).toBeLessThan(0.001);
      }
      for (const { reports, likelihood } of Object.values(digits)) {
        const bounds = reports.map(({ bound }) => bound);
        for (const [i, bound] of bounds.slice(1).entries())
          expect(bound, `epoch ${i + 2}`).toBeGreaterThan(bounds[i]!);
        expect(likelihood).toBeGreaterThan(bounds.at(-1)!);
      }
      const [dense, convolutional] = [digits.dense, digits.convolutional];
      if (pictures.name === "MNIST") {
        expect(dense.reports[9]!.bound).toBeGreaterThanOrEqual(-102.3);
        expect(dense.likelihood).toBeGreaterThanOrEqual(-95.8);
        expect(convolutional.reports.at(-1)!.bound).toBeGreaterThanOrEqual(-98.5);
      } else expect(dense.reports.at(-1)!.bound).toBeGreaterThan(-200);
    },
  );
});
