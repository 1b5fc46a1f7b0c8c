import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { glyphsOf } from "./digits/path.ts";
import { ProceduralDigits } from "./procedural-digits.ts";

/** FNV-1a over the pixels as bytes: short enough to commit, and any changed pixel changes it. */
function checksum(pixels: ArrayLike<number>): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < pixels.length; i++)
    hash = Math.imul(hash ^ Math.round(pixels[i]! * 255), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const first = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const isPixel = (value: number): boolean =>
  value >= 0 && value <= 1 && value === Math.fround(Math.round(value * 255) / 255);

describe("ProceduralDigits", () => {
  it("draws the same pixels for ever", () => {
    const train = new ProceduralDigits({ length: 100 }).getBatch(first(20));
    const test = new ProceduralDigits({ length: 100, split: "test", seed: 7 }).getBatch(first(20));
    expect(checksum(train.inputs.data)).toBe("6bd0e787");
    expect(Array.from(train.targets.data)).toEqual([
      6, 3, 0, 7, 9, 2, 8, 4, 5, 1, 6, 7, 4, 0, 5, 1, 8, 2, 9, 3,
    ]);
    expect(checksum(test.inputs.data)).toBe("6a62c31e");
  });

  it("gives an item that depends on seed, split and index alone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.constantFrom("train" as const, "test" as const),
        fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 5 }),
        (seed, split, indices) => {
          const digits = new ProceduralDigits({ length: 2 ** 31, seed, split });
          const batch = digits.getBatch(indices);
          indices.toReversed().forEach((index, k) => {
            const at = indices.length - 1 - k;
            const { inputs, targets } = digits.get(index);
            expect(inputs.data).toEqual(batch.inputs.data.subarray(at * 784, (at + 1) * 784));
            expect(targets).toBe(batch.targets.data[at]);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("differs by index, seed and split", () => {
    const sums = [
      ...first(500).map((i) => new ProceduralDigits({ length: 500 }).get(i)),
      new ProceduralDigits({ length: 1, seed: 1 }).get(0),
      new ProceduralDigits({ length: 1, seed: 2 ** 32 - 1 }).get(0),
      new ProceduralDigits({ length: 1, split: "test" }).get(0),
    ].map(({ inputs }) => checksum(inputs.data));
    expect(new Set(sums).size).toBe(sums.length);
  });

  it("holds every class once in each ten, in changing order", () => {
    const { targets } = new ProceduralDigits({ length: 1000 }).getBatch(first(1000));
    const tens = first(100).map((ten) =>
      Array.from(targets.data.subarray(10 * ten, 10 * ten + 10)),
    );
    for (const ten of tens) expect(ten.toSorted((a, b) => a - b)).toEqual(first(10));
    expect(new Set(tens.map(String)).size).toBe(100);
  });

  it("has 8-bit pixels in the frame, centred, with ink and paper", () => {
    const count = 2000;
    const { data } = new ProceduralDigits({ length: count }).getBatch(first(count)).inputs;
    expect(data.every(isPixel)).toBe(true);
    for (let item = 0; item < count; item++) {
      const box = inkBox(data.subarray(item * 784, (item + 1) * 784));
      expect(box.top).toBeGreaterThanOrEqual(1);
      expect(box.left).toBeGreaterThanOrEqual(1);
      expect(box.bottom).toBeLessThanOrEqual(26);
      expect(box.right).toBeLessThanOrEqual(26);
      // Moved by at most 1.5 pixels, and tapering strokes and thresholds shift the box by a little
      // more.
      expect(Math.abs((box.top + box.bottom + 1) / 2 - 14)).toBeLessThan(3);
      expect(Math.abs((box.left + box.right + 1) / 2 - 14)).toBeLessThan(3);
      expect(box.inkCount).toBeGreaterThan(12);
      expect(box.inkCount).toBeLessThan(300);
    }
  });

  it("writes each digit in several hands", () => {
    for (let digit = 0; digit < 10; digit++) {
      const hands = glyphsOf(digit);
      expect(hands.length).toBeGreaterThanOrEqual(5);
      for (const stroke of hands.flat()) {
        expect(stroke.x.length).toBeGreaterThan(1);
        for (const value of [...stroke.x, ...stroke.y]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it.each([
    [
      () => new ProceduralDigits({ length: 0 }),
      "ProceduralDigits: length must be a whole number from 1 to 2147483648: received 0.",
    ],
    [
      () => new ProceduralDigits({ length: 10, seed: -1 }),
      "ProceduralDigits: seed must be a whole number from 0 to 4294967295: received -1.",
    ],
    [
      () => new ProceduralDigits({ length: 10, split: "validation" as "test" }),
      'ProceduralDigits: split must be "train" or "test": received "validation".',
    ],
    [
      () => new ProceduralDigits({ length: 10 }).get(10),
      "ProceduralDigits.get: index must be a whole number from 0 to 9: received 10.",
    ],
    [
      () => new ProceduralDigits({ length: 10 }).getBatch([0, 0.5]),
      "ProceduralDigits.getBatch: index must be a whole number from 0 to 9: received 0.5.",
    ],
  ])("refuses what it cannot draw %#", (call, message) => {
    expect(call).toThrow(expect.objectContaining({ name: "ArgumentError", message }));
  });
});

/** Bounding box of the pixels darker than any noise. */
function inkBox(
  pixels: Float32Array | Int32Array,
): Record<"top" | "left" | "bottom" | "right" | "inkCount", number> {
  const rows: number[] = [];
  const columns: number[] = [];
  pixels.forEach((value, i) => {
    if (value < 0.25) return;
    rows.push(Math.floor(i / 28));
    columns.push(i % 28);
  });
  return {
    top: Math.min(...rows),
    left: Math.min(...columns),
    bottom: Math.max(...rows),
    right: Math.max(...columns),
    inkCount: rows.length,
  };
}
