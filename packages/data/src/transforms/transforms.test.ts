import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrayDataset } from "../array-dataset.ts";
import type { ClassificationSample, HostArray, HostBatch } from "../dataset.ts";
import { RandomStream } from "../random-stream.ts";
import { subset } from "../subset.ts";
import { randomCrop, randomFlip } from "./crop-and-flip.ts";
import { cutout } from "./cutout.ts";
import { mixup } from "./mixup.ts";
import { toOneHot } from "./one-hot.ts";
import { randomAffine } from "./random-affine.ts";
import { normalize, standardize, unstandardize } from "./standardize.ts";
import { fitStatistics } from "./statistics.ts";
import { inOrder, onField, type Transform } from "./transform.ts";

const randomAt = (draw: number): RandomStream => {
  const random = new RandomStream(1, 2);
  random.seek(draw);
  return random;
};

/** Images whose every pixel is its own number, 1 and up. */
function images(...shape: readonly [number, number, number, number]): HostArray {
  const length = shape.reduce((a, b) => a * b);
  return { data: Float32Array.from({ length }, (_, i) => i + 1), shape };
}

const rows = ({ data, shape }: HostArray): number[][] => {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width)),
  );
};

describe("fitStatistics, standardize, normalize", () => {
  it("gives every channel mean 0 and variance 1, whatever its mean", async () => {
    const channel = fc.record({ mean: fc.double({ min: -1e4, max: 1e4, noNaN: true }) });
    await fc.assert(
      fc.asyncProperty(channel, fc.integer({ min: 2, max: 600 }), async ({ mean }, count) => {
        const data = Float32Array.from({ length: count * 6 }, (_, i) =>
          i % 6 < 3 ? mean + ((i * 7919) % 13) : -((i * 104729) % 31),
        );
        const inputs = { data, shape: [count, 2, 3] };
        const dataset = new ArrayDataset<{ inputs: HostArray }>({ inputs });
        const statistics = await fitStatistics(dataset, "inputs");
        const whole = standardize(statistics)(inputs, randomAt(0));
        for (const c of [0, 1]) {
          const values = Array.from(whole.data).filter((_, i) => Math.floor(i / 3) % 2 === c);
          const average = values.reduce((sum, value) => sum + value, 0) / values.length;
          const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
          // One float32 step of the input is this much of a deviation of about 4.
          const step = Math.max(Math.abs(mean), 1) * 2 ** -23;
          expect(Math.abs(average)).toBeLessThan(step + 1e-5);
          expect(Math.abs(square - 1)).toBeLessThan(step + 1e-4);
        }
        const back = unstandardize(statistics)(whole, randomAt(0));
        back.data.forEach((value, i) =>
          expect(Math.abs(value - data[i]!)).toBeLessThan(1e-3 + Math.abs(mean) * 1e-6),
        );
        const scaled = normalize(statistics, { low: -1, high: 1 })(inputs, randomAt(0));
        expect(Math.abs(Math.min(...scaled.data) + 1)).toBeLessThan(2e-3);
        expect(Math.abs(Math.max(...scaled.data) - 1)).toBeLessThan(2e-3);
      }),
      { numRuns: 30 },
    );
  });

  it("leaves a channel that never changes finite", async () => {
    const inputs = { data: Float32Array.of(5, 5, 5), shape: [3, 1] };
    const statistics = await fitStatistics(
      new ArrayDataset<{ inputs: HostArray }>({ inputs }),
      "inputs",
    );
    expect(statistics).toEqual({ mean: [5], deviation: [0], minimum: [5], maximum: [5] });
    expect(standardize(statistics)(inputs, randomAt(0)).data).toEqual(new Float32Array(3));
    expect(normalize(statistics)(inputs, randomAt(0)).data).toEqual(new Float32Array(3));
  });

  it.each([Number.NaN, Infinity, -Infinity])(
    "has one rule for %s: it is refused",
    async (value) => {
      for (const at of [0, 7, 599 * 6 + 5]) {
        const data = new Float32Array(3600).fill(1);
        data[at] = value;
        const inputs = { data, shape: [600, 2, 3] };
        await expect(
          fitStatistics(new ArrayDataset<{ inputs: HostArray }>({ inputs }), "inputs"),
        ).rejects.toThrow(
          `fitStatistics: "inputs" has no statistics: received ${value} in sample ${Math.floor(at / 6)}, channel ${Math.floor(at / 3) % 2}. Fill it, or leave the sample out, e.g. by subset.`,
        );
      }
    },
  );

  it("refuses what does not fit", async () => {
    const dataset = new ArrayDataset<{ inputs: HostArray }>({
      inputs: { data: new Float32Array(6), shape: [2, 3] },
    });
    await expect(fitStatistics(subset(dataset, []), "inputs")).rejects.toThrow(
      "fitStatistics: the dataset is empty: received 0 samples. Give it at least one.",
    );
    await expect(fitStatistics(dataset, "targets" as "inputs")).rejects.toThrow(
      'fitStatistics: the samples have no field "targets".',
    );
    expect(() =>
      standardize({ mean: [0], deviation: [1] })(images(1, 3, 2, 2), randomAt(0)),
    ).toThrow(
      "standardize: the statistics are of 1 channels, the batch has 3: its shape is [1, 3, 2, 2] and channels are its second axis. Fit them on this field.",
    );
  });
});

describe("randomCrop", () => {
  it("cuts a window of the padded image, the same from all channels", () => {
    const source = images(1, 2, 4, 5);
    const places = new Set<string>();
    for (let draw = 0; draw < 200; draw++) {
      const { data, shape } = randomCrop(3, { padding: 1 })(source, randomAt(draw));
      expect(shape).toEqual([1, 2, 3, 3]);
      // Where inside pixels lie, and what they hold, tell the place.
      data.forEach((value, i) => {
        if (value === 0 || i >= 9) return;
        expect(data[i + 9]).toBe(value + 20);
        const row = Math.floor((value - 1) / 5) - Math.floor(i / 3);
        places.add(`${row},${((value - 1) % 5) - (i % 3)}`);
      });
    }
    expect(places.size).toBe(20); // rows -1 to 2, columns -1 to 3
  });

  it("takes the whole image when that is the window, and refuses a larger one", () => {
    const source = images(2, 1, 3, 4);
    expect(randomCrop([3, 4])(source, randomAt(0))).toEqual(source);
    expect(() => randomCrop(5)(source, randomAt(0))).toThrow(
      "randomCrop: the window is larger than the image: 5 x 5 of 3 x 4 with padding 0. Use a smaller window or more padding.",
    );
    expect(randomCrop(9, { padding: 3 })(source, randomAt(0)).data.filter(Boolean).length).toBe(24);
  });
});

describe("randomFlip", () => {
  it("mirrors along either axis", () => {
    const source = images(1, 1, 2, 3);
    const flip = (direction: "horizontal" | "vertical"): number[][] =>
      rows(randomFlip({ direction, probability: 1 })(source, randomAt(0)));
    expect(flip("horizontal")).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(flip("vertical")).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(rows(source)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it("mirrors each image by its own dice, as often as told", () => {
    const source = images(4000, 1, 1, 2);
    const flipped = randomFlip({ probability: 0.3 })(source, randomAt(0));
    const count = rows(flipped).filter(([left, right]) => left! > right!).length;
    expect(Math.abs(count - 1200)).toBeLessThan(145); // five deviations of 29
    expect(() => randomFlip({ probability: 2 })).toThrow(
      "randomFlip: probability must be a number from 0 to 1: received 2.",
    );
    expect(() => randomFlip({ direction: "up" as "vertical" })).toThrow(
      'randomFlip: direction must be "horizontal" or "vertical": received "up".',
    );
  });
});

describe("randomAffine", () => {
  const near = (a: HostArray, b: ArrayLike<number>): void =>
    a.data.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(1e-4));

  it("is the identity when nothing may vary", () => {
    const source = images(2, 2, 5, 4);
    near(randomAffine({})(source, randomAt(0)), source.data);
  });

  it("magnifies about the centre", () => {
    const source = images(1, 1, 3, 3);
    const half = randomAffine({ scale: [0.5, 0.5] })(source, randomAt(0));
    expect(half.data[4]).toBeCloseTo(5, 4);
    // Two steps to the side lies outside: half the weight at one and a half falls to zero there.
    expect(half.data[3]).toBeCloseTo(0, 4);
    const double = randomAffine({ scale: [2, 2] })(source, randomAt(0));
    near(double, [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7]);
  });

  it("turns to either side, keeps what it can of the ink, and shifts by whole pixels exactly", () => {
    const size = 21;
    const data = new Float32Array(size * size);
    data[10 * size + 16] = 1; // six to the right of the centre
    const turned = new Set<string>();
    for (let draw = 0; draw < 50; draw++) {
      const { data: out } = randomAffine({ degrees: 90 })(
        { data, shape: [1, 1, size, size] },
        randomAt(draw),
      );
      let ink = 0;
      let row = 0;
      let column = 0;
      out.forEach((value, i) => {
        ink += value;
        row += value * (Math.floor(i / size) - 10);
        column += value * ((i % size) - 10);
      });
      expect(Math.abs(ink - 1)).toBeLessThan(0.3);
      expect(Math.abs(Math.sqrt(row * row + column * column) / ink - 6)).toBeLessThan(0.5);
      turned.add(row > 0 ? "down" : "up");
      expect(column).toBeGreaterThan(-1);
    }
    expect(turned.size).toBe(2);
  });

  it("shears rows against each other", () => {
    const source = images(1, 1, 5, 5);
    for (let draw = 0; draw < 20; draw++) {
      const out = randomAffine({ shear: 0.5 })(source, randomAt(draw));
      for (let i = 10; i < 15; i++) expect(out.data[i]).toBeCloseTo(source.data[i]!, 4);
    }
    expect(() => randomAffine({ degrees: 200 })).toThrow(
      "randomAffine: degrees must be a number from 0 to 180: received 200.",
    );
  });
});

describe("cutout", () => {
  it("blanks a square around a pixel of the image", () => {
    const source = images(1, 2, 6, 6);
    const blanked = new Set<number>();
    for (let draw = 0; draw < 300; draw++) {
      const { data } = cutout(3)(source, randomAt(draw));
      const gone = Array.from(data.keys()).filter((i) => data[i] === 0);
      expect([4, 6, 9]).toContain(gone.length / 2);
      for (const i of gone) blanked.add(i);
    }
    expect(blanked.size).toBe(72);
  });
});

describe("toOneHot and mixup", () => {
  const batch: HostBatch<ClassificationSample> = {
    inputs: { data: Float32Array.of(0, 1, 10, 11, 20, 21), shape: [3, 2] },
    targets: { data: Int32Array.of(0, 1, 2), shape: [3] },
  };

  it("mixes inputs and targets by one share", () => {
    const shares: number[] = [];
    for (let draw = 0; draw < 500; draw++) {
      const { inputs, targets } = mixup<ClassificationSample>({ classCount: 3, alpha: 1 })(
        batch,
        randomAt(draw),
      );
      expect(targets.shape).toEqual([3, 3]);
      rows(targets).forEach((classes, i) => {
        expect(classes.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
        // The input is 10 times the class, so it must be mixed as the classes are.
        expect(inputs.data[2 * i]).toBeCloseTo(10 * classes[1]! + 20 * classes[2]!, 4);
      });
      const pure = targets.data.filter((value) => value > 0 && value < 1);
      if (pure.length > 0) shares.push(pure[0]!);
    }
    const mean = shares.reduce((a, b) => a + b) / shares.length;
    expect(shares.length).toBeGreaterThan(300);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.1);
  });

  it("draws shares of the right spread", () => {
    // Beta(a, a) has variance 1 / (4 (2a + 1)).
    for (const alpha of [0.05, 0.2, 1, 4]) {
      const pair: HostBatch<ClassificationSample> = {
        inputs: { data: Float32Array.of(0, 1), shape: [2] },
        targets: { data: Int32Array.of(0, 1), shape: [2] },
      };
      const transform = mixup<ClassificationSample>({ classCount: 2, alpha });
      let squares = 0;
      let count = 0;
      for (let draw = 0; draw < 8000; draw++) {
        const random = randomAt(draw);
        const { data } = transform(pair, random).inputs;
        // Half of the shuffles leave the pair as it was, and say nothing about the share.
        if (data[0] === 0 && data[1] === 1) continue;
        squares += (data[0]! - 0.5) ** 2;
        count++;
      }
      const variance = 1 / (4 * (2 * alpha + 1));
      // Where shares are nearly pure, some are so pure that they look like an unmixed pair.
      if (alpha >= 0.2) expect(Math.abs(squares / count - variance)).toBeLessThan(0.01);
      else expect(squares / count).toBeGreaterThan(0.2);
    }
  });

  it("refuses targets that are no class, and an alpha out of range", () => {
    expect(() => toOneHot(2)(batch.targets, randomAt(0))).toThrow(
      "toOneHot: targets must be from 0 to 1: received 2 in sample 2 of the batch.",
    );
    expect(() => toOneHot(2)(batch.inputs, randomAt(0))).toThrow(
      "toOneHot: needs classes, int32 [N]: received float32 [3, 2].",
    );
    expect(() => mixup({ classCount: 3, alpha: 9 })).toThrow(
      "mixup: alpha must be a number from 0.05 to 4: received 9.",
    );
  });
});

describe("onField and inOrder", () => {
  it("apply to one field, first to last, and say what is missing", () => {
    const plus =
      (amount: number): Transform =>
      ({ data, shape }) => ({ data: data.map((value) => 2 * value + amount), shape });
    const batch: HostBatch<ClassificationSample> = {
      inputs: { data: Float32Array.of(1), shape: [1, 1] },
      targets: { data: Int32Array.of(1), shape: [1] },
    };
    const both = inOrder<ClassificationSample>(
      onField("inputs", plus(1), plus(0)),
      onField("targets", plus(5)),
    );
    const out = both(batch, randomAt(0));
    expect([out.inputs.data[0], out.targets.data[0], batch.inputs.data[0]]).toEqual([6, 7, 1]);
    expect(() =>
      onField("image", plus(1))(batch as unknown as HostBatch<{ image: number }>, randomAt(0)),
    ).toThrow('onField: the batch has no field "image": it has inputs, targets.');
    expect(() => randomFlip()(batch.inputs, randomAt(0))).toThrow(
      "randomFlip: needs images [N, C, H, W]: received shape [1, 1]. Apply it to the field that holds images.",
    );
  });
});
