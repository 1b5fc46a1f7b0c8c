import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostArray } from "./dataset.ts";
import { drawDetail } from "./faces/detail.ts";
import { drawPerson, type FaceAttributes } from "./faces/person.ts";
import { faceAttributes, ProceduralFaces } from "./procedural-faces.ts";
import { ProceduralShapes, shapeNames } from "./procedural-shapes.ts";
import { RandomStream } from "./random-stream.ts";

/** FNV-1a over the pixels as bytes: short enough to commit, and any changed pixel changes it. */
function checksum(pixels: ArrayLike<number>): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < pixels.length; i++)
    hash = Math.imul(hash ^ Math.round(pixels[i]! * 255), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const first = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Rows, from 0 at the top to 1, in which two pictures differ by more than a little. */
function changedRows(a: HostArray, b: HostArray): { top: number; bottom: number } {
  const size = a.shape[2]!;
  const rows = first(a.data.length)
    .filter((i) => Math.abs(a.data[i]! - b.data[i]!) > 0.05)
    .map((i) => (Math.floor(i / size) % size) / size);
  return { top: Math.min(...rows), bottom: Math.max(...rows) };
}

describe("ProceduralFaces", () => {
  const faces = new ProceduralFaces({ length: 1000 });

  it("draws the same pixels for ever", () => {
    const { inputs, attributes } = faces.getBatch(first(20));
    expect(checksum(inputs.data)).toBe("ea87f34b");
    expect(Array.from(attributes.data.subarray(0, 4), (value) => value.toFixed(4))).toEqual([
      "0.3423",
      "0.3517",
      "-0.8829",
      "-0.7093",
    ]);
    const test = new ProceduralFaces({ length: 20, split: "test", seed: 7, size: 48 });
    expect(checksum(test.getBatch(first(20)).inputs.data)).toBe("1a31aa1f");
  });

  it("gives an item that depends on seed, split and index alone, in 8-bit pixels", () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 32 - 1),
        fc.array(fc.nat(999), { minLength: 1, maxLength: 3 }),
        (seed, indices) => {
          const set = new ProceduralFaces({ length: 1000, seed, size: 16 });
          const batch = set.getBatch(indices);
          indices.forEach((index, i) => {
            const { inputs, attributes } = set.get(index);
            expect(inputs.data).toEqual(batch.inputs.data.subarray(i * 768, (i + 1) * 768));
            expect(attributes.data).toEqual(batch.attributes.data.subarray(i * 4, i * 4 + 4));
            for (const value of inputs.data)
              expect(Math.fround(Math.round(value * 255) / 255)).toBe(value);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("changes with an attribute what the attribute is about, and the person with the index", () => {
    for (const index of first(40)) {
      const change = (name: keyof FaceAttributes): { top: number; bottom: number } => {
        const upright = { tilt: 0, hair: -1 };
        return changedRows(
          faces.getWith(index, { ...upright, [name]: -1 }).inputs,
          faces.getWith(index, { ...upright, [name]: 1 }).inputs,
        );
      };
      const smile = change("smile");
      expect([smile.top > 0.5, smile.bottom < 0.9]).toEqual([true, true]);
      const eyes = change("eyes");
      expect([eyes.top > 0.2, eyes.bottom < 0.65]).toEqual([true, true]);
      const hair = change("hair");
      expect([hair.top < 0.2, hair.bottom > 0.7]).toEqual([true, true]);
      expect(change("tilt").top).toBeLessThan(0.3);
    }
    const same = first(200).map((index) =>
      checksum(faces.getWith(index, { smile: 0, eyes: 0, hair: 0, tilt: 0 }).inputs.data),
    );
    expect(new Set(same).size).toBe(200);
  });

  it("has attributes that are even, and independent of each other", () => {
    const { attributes } = new ProceduralFaces({ length: 2000, size: 8 }).getBatch(first(2000));
    const column = (k: number): number[] => first(2000).map((i) => attributes.data[4 * i + k]!);
    for (const a of first(faceAttributes.length)) {
      const mean = column(a).reduce((sum, value) => sum + value, 0) / 2000;
      expect(Math.abs(mean)).toBeLessThan(0.065); // five deviations
      for (const b of first(a)) {
        const product = column(a).reduce((sum, value, i) => sum + value * column(b)[i]!, 0) / 2000;
        expect(Math.abs(product)).toBeLessThan(0.04);
      }
    }
  });

  it("adds detail by chance, of known strength, to the same faces", () => {
    const [plain, detailed] = [faces, new ProceduralFaces({ length: 1000, detail: true })];
    const half = new ProceduralFaces({ length: 1000, detail: 0.5 });
    expect(detailed.getBatch(first(40)).attributes.data).toEqual(
      plain.getBatch(first(40)).attributes.data,
    );
    const change = (set: ProceduralFaces, index: number): Float32Array => {
      const hairless = { hair: -1, tilt: 0 };
      const one = set.getWith(index, hairless).inputs.data as Float32Array;
      const other = plain.getWith(index, hairless).inputs.data as Float32Array;
      return one.map((value, i) => value - other[i]!);
    };
    const rms = (values: Float32Array): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    // Relative light of the shirt's patches, of which each is a pixel: the bottom row between arm and neck.
    const lights = first(300).flatMap((index) => {
      const [after, before] = [detailed, plain].map(
        (set) => set.getWith(index, { hair: -1, tilt: 0 }).inputs.data,
      );
      return first(4).map((column) => {
        const at = 31 * 32 + 7 + column;
        return after![at]! / before![at]! - 1;
      });
    });
    const mean = lights.reduce((sum, x) => sum + x, 0) / lights.length;
    const deviation = Math.sqrt(lights.reduce((sum, x) => sum + x * x, 0) / lights.length);
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(deviation - 0.12)).toBeLessThan(0.01);
    for (const index of first(20)) {
      expect(rms(change(detailed, index))).toBeGreaterThan(0.01);
      expect(rms(change(half, index))).toBeLessThan(0.75 * rms(change(detailed, index)));
      expect(detailed.get(index).inputs.data).toEqual(detailed.get(index).inputs.data);
    }
    const none = new ProceduralFaces({ length: 1000, detail: false });
    expect(none.get(3).inputs.data).toEqual(plain.get(3).inputs.data);
  });

  it("draws freckles with the mean and the variance of a Poisson distribution", () => {
    const random = new RandomStream(3, 1);
    const person = drawPerson(random);
    const counts = first(4000).map((index) => {
      random.seek(index, 1);
      return drawDetail(random, person, 1).freckles.length;
    });
    const mean = counts.reduce((sum, count) => sum + count, 0) / 4000;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 4000;
    expect(Math.abs(mean - 8)).toBeLessThan(0.2); // four and a half deviations
    expect(Math.abs(variance - 8)).toBeLessThan(0.8);
  });

  it("refuses options out of range", () => {
    expect(() => new ProceduralFaces({ length: 1, detail: 2 })).toThrow(
      "ProceduralFaces: detail must be a number from 0 to 1: received 2.",
    );
    expect(() => new ProceduralFaces({ length: 1, size: 7 })).toThrow(
      "ProceduralFaces: size must be a whole number from 8 to 1024: received 7.",
    );
    expect(() => faces.getWith(0, { smile: 2 })).toThrow(
      "ProceduralFaces.getWith: smile must be a number from -1 to 1: received 2.",
    );
    expect(() => faces.get(1000)).toThrow("ProceduralFaces.get: index must be");
    expect(() => new ProceduralFaces({ length: 1, split: "x" as "test" })).toThrow(
      'ProceduralFaces: split must be "train" or "test": received "x".',
    );
  });
});

describe("ProceduralShapes", () => {
  it("draws the same pixels for ever, every class once in six", () => {
    const { inputs, targets } = new ProceduralShapes({ length: 600 }).getBatch(first(60));
    expect(checksum(inputs.data)).toBe("55058ed7");
    for (const block of first(10))
      expect(
        Array.from(targets.data.subarray(6 * block, 6 * block + 6)).toSorted((a, b) => a - b),
      ).toEqual(first(shapeNames.length));
  });

  it("lies inside the picture, on a plain ground, as large as its class says", () => {
    const size = 64;
    const shapes = new ProceduralShapes({ length: 600, size });
    const areas = shapeNames.map((): number[] => []);
    for (const index of first(300)) {
      const { inputs, targets } = shapes.get(index);
      const ground = inputs.data[0]!;
      const plane = inputs.data.subarray(0, size * size);
      const border = first(size).flatMap((i) => [
        plane[i]!,
        plane[i * size]!,
        plane[size * size - 1 - i]!,
      ]);
      for (const value of border) expect(value).toBe(ground);
      const covered = first(size * size).filter((i) =>
        first(3).some((c) => inputs.data[c * size * size + i] !== inputs.data[c * size * size]),
      );
      const rows = covered.map((i) => Math.floor(i / size));
      const side = Math.max(...rows) - Math.min(...rows) + 1;
      areas[targets]!.push(covered.length / (side * side));
    }
    const mean = areas.map((values) => values.reduce((a, b) => a + b) / values.length);
    const [circle, , , star, , ring] = mean as [number, number, number, number, number, number];
    expect(circle).toBeGreaterThan(0.7); // of a square, a disc covers 0.785
    expect(circle).toBeLessThan(0.9);
    expect(ring).toBeLessThan(circle * 0.85);
    expect(star).toBeLessThan(0.5);
  });
});
