import { cpu } from "@dl/backend-cpu";
import {
  concatenate,
  configure,
  Generator,
  normal,
  tensor,
  uniform,
  type Tensor,
} from "@dl/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  densityCoverage,
  memorization,
  modeCoverage,
  precisionRecall,
  type Features,
} from "../index.ts";
import { keepSmallest, squaredRadii } from "./neighbor-radii.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const gaussian = (count: number, width: number, seed: number): Tensor =>
  normal([count, width], { generator: new Generator(seed) });
const matrixOf = (rows: number, columns: number): fc.Arbitrary<Features> =>
  fc
    .array(fc.double({ min: -9, max: 9, noNaN: true }), {
      minLength: rows * columns,
      maxLength: rows * columns,
    })
    .map((data) => ({ data: Float64Array.from(data), shape: [rows, columns] as const }));

describe("squared distances", () => {
  it("are those of all pairs, whatever the numbers of rows", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 11 }),
      fc.integer({ min: 1, max: 5 }),
    );
    fc.assert(
      fc.property(
        sizes.chain(([n, m, width]) => fc.tuple(matrixOf(n, width), matrixOf(m, width))),
        ([a, b]) => {
          const [, width] = a.shape;
          const rows: number[] = [];
          visitSquaredDistances(a, b, (i, distances) => {
            rows.push(i);
            const expected = Array.from({ length: b.shape[0] }, (_, j) => {
              let sum = 0;
              for (let k = 0; k < width; k++)
                sum += (a.data[i * width + k]! - b.data[j * width + k]!) ** 2;
              return sum;
            });
            expect([...distances]).toEqual(expected);
          });
          expect(rows).toEqual(Array.from({ length: a.shape[0] }, (_, i) => i));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("leave the smallest in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 30 }),
        (numbers, most) => {
          const count = Math.min(most, numbers.length);
          const kept = new Float64Array(count + 2).fill(Infinity);
          for (const number of numbers) keepSmallest(kept, 1, count, number);
          const smallest = numbers.toSorted((a, b) => a - b).slice(0, count);
          expect([...kept]).toEqual([Infinity, ...smallest, Infinity]);
        },
      ),
    );
  });

  it("give every point its radius, in whichever block it is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 90 }).chain((n) => matrixOf(n, 2)),
        (points) => {
          const all: number[][] = [];
          visitSquaredDistances(points, points, (i, distances) => {
            all.push([...distances].filter((_, j) => j !== i).toSorted((a, b) => a - b));
          });
          expect([...squaredRadii(points, 3)]).toEqual(all.map((sorted) => sorted[2]));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("precision and recall", () => {
  it("are 1 of a set and itself, 0 of sets far apart", async () => {
    const x = gaussian(101, 5, 1);
    expect(await precisionRecall(x, x)).toEqual({ precision: 1, recall: 1 });
    expect(await precisionRecall(x.add(100), x)).toEqual({ precision: 0, recall: 0 });
  });

  it("tell a lack of variety from a lack of fidelity", async () => {
    const reference = uniform([400, 2], { generator: new Generator(1) });
    const half = uniform([400, 2], { generator: new Generator(2) }).mul(tensor([0.5, 1]));
    const narrow = await precisionRecall(half, reference);
    expect(narrow.precision).toBeGreaterThan(0.95);
    expect(narrow.recall).toBeLessThan(0.65);
    const wide = await precisionRecall(half.mul(tensor([4, 1])), reference);
    expect(wide.precision).toBeLessThan(0.65);
    expect(wide.recall).toBeGreaterThan(0.9);
    // Exchanging the two exchanges the figures.
    const exchanged = await precisionRecall(reference, half);
    expect([exchanged.recall, exchanged.precision]).toEqual([narrow.precision, narrow.recall]);
  });

  it("count copies, whose balls have no extent", async () => {
    const copies = tensor([[1], [1], [1], [1], [1]]);
    expect(await precisionRecall(copies, copies)).toEqual({ precision: 1, recall: 1 });
    expect(await precisionRecall(copies.add(1), copies)).toEqual({ precision: 0, recall: 0 });
  });

  it("refuse too few samples, and no neighbours", async () => {
    const x = gaussian(4, 2, 1);
    await expect(precisionRecall(x, gaussian(3, 2, 1))).rejects.toThrow(
      "precisionRecall: the reference must have at least 4 samples: received 3.",
    );
    await expect(precisionRecall(x, x, { neighbors: 0 })).rejects.toThrow(
      "precisionRecall: neighbors must be a whole number of at least 1: received 0.",
    );
    await expect(densityCoverage(x, x)).rejects.toThrow(
      "densityCoverage: the reference must have at least 6 samples: received 4.",
    );
    await expect(precisionRecall(x, gaussian(4, 3, 1))).rejects.toThrow(
      "precisionRecall: both must have the same number of features: received 2 and 3.",
    );
  });
});

describe("density and coverage", () => {
  it("are 1 and the closed form of one distribution", async () => {
    const [n, k] = [400, 5];
    let expected = 1;
    for (let i = 1; i <= k; i++) expected *= (n - i) / (2 * n - i);
    let [density, coverage] = [0, 0];
    for (let seed = 0; seed < 4; seed++) {
      const found = await densityCoverage(gaussian(n, 4, seed), gaussian(n, 4, 50 + seed));
      density += found.density / 4;
      coverage += found.coverage / 4;
    }
    expect(Math.abs(density - 1)).toBeLessThan(0.06);
    expect(Math.abs(coverage - (1 - expected))).toBeLessThan(0.012);
  });

  it("do not reward an outlier's large ball as recall does", async () => {
    const reference = gaussian(300, 2, 1);
    const narrow = gaussian(299, 2, 2).mul(0.1);
    const withOutlier = concatenate([narrow, tensor([[60, 60]])]);
    const [plain, outlying] = [
      await precisionRecall(narrow, reference),
      await precisionRecall(withOutlier, reference),
    ];
    expect(plain.recall).toBeLessThan(0.2);
    expect(outlying.recall).toBeGreaterThan(0.4);
    const [before, after] = [
      await densityCoverage(narrow, reference),
      await densityCoverage(withOutlier, reference),
    ];
    expect(before.density).toBeGreaterThan(0.9);
    expect(after.coverage).toBe(before.coverage);
    expect(after.coverage).toBeLessThan(0.3);
  });
});

describe("modeCoverage", () => {
  const centres = (): Tensor =>
    tensor([
      [0, 0],
      [10, 0],
      [0, 10],
    ]);

  it("finds the share within 3 deviations that a Gaussian has", async () => {
    const samples = gaussian(4000, 2, 3).mul(0.5);
    const { modes, highQuality, counts } = await modeCoverage(samples, centres(), { std: 0.5 });
    expect(modes).toBe(1);
    // 1 - exp(-9/2), within 4 standard errors.
    expect(Math.abs(highQuality - 0.98889)).toBeLessThan(0.007);
    expect(counts).toEqual([Math.round(highQuality * 4000), 0, 0]);
  });

  it("counts a sample for the nearest mode alone, and a mode by its least number", async () => {
    const samples = tensor([
      [0, 0],
      [4, 0],
      [6, 0],
      [0, 9],
      [99, 99],
    ]);
    const wide = await modeCoverage(samples, centres(), { radius: 8 });
    expect(wide).toEqual({ modes: 3, highQuality: 0.8, counts: [2, 1, 1] });
    const strict = await modeCoverage(samples, centres(), { radius: 8, least: 2 });
    expect(strict.modes).toBe(1);
  });

  it("refuses to guess how far a mode reaches", async () => {
    const samples = gaussian(4, 2, 1);
    for (const options of [{}, { std: 1, radius: 1 }, { std: 0 }, { radius: -1 }])
      await expect(modeCoverage(samples, centres(), options as { std: number })).rejects.toThrow(
        "modeCoverage: needs either std or radius, above 0",
      );
    await expect(modeCoverage(samples, centres(), { std: 1, least: 0 })).rejects.toThrow(
      "modeCoverage: least must be a whole number of at least 1: received 0.",
    );
  });
});

describe("memorization", () => {
  it("is even for fresh data, and rings for copies", async () => {
    const [training, heldOut] = [gaussian(400, 3, 1), gaussian(400, 3, 2)];
    const fresh = await memorization(gaussian(400, 3, 3), training, heldOut);
    expect(Math.abs(fresh.ratio - 1)).toBeLessThan(0.15);
    expect(Math.abs(fresh.nearer - 0.5)).toBeLessThan(0.07);
    const copies = await memorization(training, training, heldOut);
    expect(copies).toMatchObject({ ratio: 0, nearer: 1, ofSamples: 0 });
    const near = await memorization(training.add(0.01), training, heldOut);
    expect(near.ratio).toBeLessThan(0.1);
    expect(near.nearer).toBeGreaterThan(0.97);
    expect((await memorization(heldOut, training, heldOut)).nearer).toBe(0.5);
  });
});
