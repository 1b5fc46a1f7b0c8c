import { cpu } from "@dl/backend-cpu";
import { configure, Generator, normal, tensor, zeros, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  featureMoments,
  frechetDistance,
  halves,
  kernelDistance,
  readFeatures,
  withFloor,
  type FeatureMoments,
  type Features,
} from "../index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

/** Of a Gaussian that is known. */
const known = (mean: number[], covariance: number[]): FeatureMoments => ({
  mean,
  covariance,
  count: Infinity,
});
const diagonal = (values: readonly number[]): number[] =>
  values.flatMap((value, i) => values.map((_, j) => (i === j ? value : 0)));
const features = (rows: readonly (readonly number[])[]): Features => ({
  data: Float64Array.from(rows.flat()),
  shape: [rows.length, rows[0]!.length],
});
const gaussian = (count: number, width: number, seed: number): Tensor =>
  normal([count, width], { generator: new Generator(seed) });

describe("frechetDistance", () => {
  it("is the sum over axes where covariances are diagonal", async () => {
    const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    const axes = fc.array(fc.tuple(positive, positive, positive, positive), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(axes, async (all) => {
        const one = known(
          all.map(([m]) => m),
          diagonal(all.map(([, v]) => v)),
        );
        const other = known(
          all.map(([, , m]) => m),
          diagonal(all.map(([, , , v]) => v)),
        );
        const expected = all.reduce(
          (sum, [m1, v1, m2, v2]) => sum + (m1 - m2) ** 2 + (Math.sqrt(v1) - Math.sqrt(v2)) ** 2,
          0,
        );
        const scale = all.reduce((sum, [, v1, , v2]) => sum + v1 + v2, 0);
        const { distance, ofMeans, ofCovariances, bias } = await frechetDistance(one, other);
        expect(Math.abs(distance - expected)).toBeLessThan(1e-10 * (expected + scale));
        expect(ofMeans + ofCovariances).toBe(distance);
        expect(bias).toBe(0);
        // The same both ways.
        const back = await frechetDistance(other, one);
        expect(Math.abs(back.distance - distance)).toBeLessThan(1e-10 * (expected + scale));
      }),
      { numRuns: 50 },
    );
  });

  it("knows a turned Gaussian, and one without extent in some directions", async () => {
    // tr (A B)^½ of 2 x 2 matrices is (tr A B + 2 (det A B)^½)^½.
    const [a, b] = [
      [2, 1, 1, 3],
      [5, -2, -2, 1],
    ];
    const root = Math.sqrt(2 * 5 - 2 - 2 + 3 + 2 * Math.sqrt(5 * 1));
    const { distance } = await frechetDistance(known([0, 0], a), known([0, 0], b));
    expect(distance).toBeCloseTo(5 + 6 - 2 * root, 12);
    // Two lines at right angles: nothing is shared.
    const lines = await frechetDistance(
      known([0, 0], diagonal([4, 0])),
      known([0, 0], diagonal([0, 9])),
    );
    expect(lines.distance).toBe(13);
    const points = await frechetDistance(
      known([1, 0], diagonal([0, 0])),
      known([0, 0], diagonal([0, 0])),
    );
    expect(points.distance).toBe(1);
  });

  it("is 0 of a set and itself, with fewer samples than features too", async () => {
    for (const x of [gaussian(500, 8, 1), gaussian(5, 8, 2), gaussian(64, 64, 3)]) {
      const { distance, ofMeans } = await frechetDistance(x, x);
      expect(ofMeans).toBe(0);
      expect(distance).toBeLessThan(1e-9);
    }
  });

  it("is the same of features, of what was read, and of moments", async () => {
    const [x, y] = [gaussian(40, 3, 4), gaussian(50, 3, 5).mul(2)];
    const plain = await frechetDistance(x, y);
    expect(await frechetDistance(await readFeatures(x), await featureMoments(y))).toEqual(plain);
  });

  it.each([
    [64, 16, 0.2],
    [40, 40, 0.3],
    [20, 40, 0.45],
  ])("tells the bias of %i samples of %i features", async (count, width, off) => {
    let [distances, biases] = [0, 0];
    for (let seed = 0; seed < 8; seed++) {
      const { distance, bias } = await frechetDistance(
        gaussian(count, width, 100 + seed),
        gaussian(count, width, 200 + seed),
      );
      distances += distance / 8;
      biases += bias / 8;
    }
    expect(biases).toBeLessThan(distances * 1.05);
    expect(biases).toBeGreaterThan(distances * (1 - off));
  });

  it("refuses what no distance can be taken of", async () => {
    const x = gaussian(4, 3, 1);
    const cases: readonly (readonly [Promise<unknown>, string])[] = [
      [
        frechetDistance(x, gaussian(4, 2, 1)),
        "ShapeError: frechetDistance: both must have the same number of features: received 3 and 2.",
      ],
      [
        frechetDistance(x, gaussian(1, 3, 1)),
        "ArgumentError: frechetDistance: the reference must have at least 2 samples: received 1.",
      ],
      [
        frechetDistance(zeros([0, 3]), x),
        "ShapeError: frechetDistance: the samples must be a matrix with a row for each sample: received [0, 3].",
      ],
      [frechetDistance(zeros([4, 3, 2]), x), "received [4, 3, 2]. Flatten each sample"],
      [
        frechetDistance(
          x,
          tensor([
            [1, 2, 3],
            [4, Number.NaN, 6],
          ]),
        ),
        "ArgumentError: frechetDistance: the reference has a number that is not finite: feature 1 of sample 1 is NaN.",
      ],
      [frechetDistance(tensor([[1, Infinity, 3]]), x), "feature 1 of sample 0 is Infinity"],
      [
        frechetDistance(known([0, 0], [1]), x),
        "ShapeError: frechetDistance: the samples must have a covariance of 2 x 2 numbers: received 1.",
      ],
      [frechetDistance({ ...known([0], [1]), count: 1 }, x), "must come from at least 2 samples"],
      [frechetDistance(known([0], [Number.NaN]), x), "must have finite moments: received NaN"],
      [
        frechetDistance([[1]] as never, x),
        "the samples must be a tensor, or features that were read",
      ],
      [
        frechetDistance({ data: new Float64Array(5), shape: [2, 3] }, x),
        "the samples has 5 numbers, its shape [2, 3] says 6",
      ],
    ];
    for (const [call, message] of cases)
      await call.then(
        () => expect.unreachable(message),
        (error: unknown) => expect(String(error)).toContain(message),
      );
  });
});

describe("kernelDistance", () => {
  it("is 0 on average of one distribution, at any number of samples, and grows with a shift", async () => {
    const { distance, spread, blocks } = await kernelDistance(
      gaussian(4000, 6, 1),
      gaussian(4000, 6, 2),
      { blockSize: 200 },
    );
    expect(blocks).toBe(20);
    // Six standard errors.
    expect(Math.abs(distance)).toBeLessThan((6 * spread!) / Math.sqrt(blocks));
    expect(spread).toBeLessThan(0.2);
    const shifted = await kernelDistance(gaussian(400, 6, 1), gaussian(400, 6, 2).add(1));
    expect(shifted.distance).toBeGreaterThan(1);
  });

  it("has a closed form for constant features", async () => {
    // k is (x · y / d + 1)³ at every pair.
    const { distance } = await kernelDistance(
      features([
        [2, 0],
        [2, 0],
      ]),
      features([
        [0, 4],
        [0, 4],
        [0, 4],
      ]),
    );
    expect(distance).toBeCloseTo(3 ** 3 + 9 ** 3 - 2, 10);
  });

  it("does not change with the scale of features that are standardised", async () => {
    const [x, y] = [gaussian(60, 3, 7), gaussian(50, 3, 8).mul(2)];
    const scale = tensor([8, 0.25, 1024]);
    const options = { standardize: true };
    const { distance } = await kernelDistance(x, y, options);
    const scaled = await kernelDistance(x.mul(scale), y.mul(scale), options);
    expect(scaled.distance).toBeCloseTo(distance, 8);
    // A feature that is constant has no deviation to divide by.
    const flat = features([
      [1, 5],
      [2, 5],
      [3, 5],
    ]);
    expect((await kernelDistance(flat, flat, options)).distance).toBeLessThan(0);
  });

  it("deals samples to blocks by its generator, the same each time unless told", async () => {
    const [x, y] = [gaussian(300, 3, 1), gaussian(300, 3, 2)];
    const run = async (generator?: Generator): Promise<number> =>
      (await kernelDistance(x, y, { blockSize: 100, ...(generator && { generator }) })).distance;
    expect(await run()).toBe(await run());
    expect(await run(new Generator(1))).not.toBe(await run());
  });

  it("refuses blocks and sets of fewer than two samples", async () => {
    const x = gaussian(4, 3, 1);
    await expect(kernelDistance(x, x, { blockSize: 1 })).rejects.toThrow(
      "kernelDistance: blockSize must be a whole number of at least 2: received 1.",
    );
    await expect(kernelDistance(x, gaussian(1, 3, 1))).rejects.toThrow(
      "kernelDistance: the reference must have at least 2 samples: received 1.",
    );
  });
});

describe("halves", () => {
  it("deal all samples, each once, and never in order", async () => {
    const x = features(Array.from({ length: 101 }, (_, i) => [i]));
    const [one, other] = await halves(x);
    expect([one.shape, other.shape]).toEqual([
      [50, 1],
      [50, 1],
    ]);
    expect(new Set([...one.data, ...other.data]).size).toBe(100);
    expect(Math.max(...one.data)).toBeGreaterThan(90);
    expect(await halves(x)).toEqual([one, other]);
    expect(await halves(x, { generator: new Generator(5) })).not.toEqual([one, other]);
    await expect(halves(features([[1]]))).rejects.toThrow(
      "halves: the features must have at least 2 samples: received 1.",
    );
  });

  it("give the floor where the order of the file would mislead", async () => {
    // Who wrote the first half is not who wrote the second.
    const reference = features(
      Array.from({ length: 400 }, (_, i) => [i < 200 ? 0 : 3, (i * 7919) % 101]),
    );
    const { value, floor } = await withFloor(frechetDistance, reference, reference);
    expect(value.distance).toBeLessThan(1e-9);
    expect(floor.distance).toBeLessThan(3 * floor.bias);
    const inOrder = await frechetDistance(
      { data: reference.data.slice(0, 400), shape: [200, 2] },
      { data: reference.data.slice(400), shape: [200, 2] },
    );
    expect(inOrder.distance).toBeGreaterThan(9);
  });
});
