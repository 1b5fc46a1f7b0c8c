import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrayDataset } from "./array-dataset.ts";
import type { HostArray } from "./dataset.ts";
import { stackSamples } from "./stack-samples.ts";
import { subset } from "./subset.ts";

const array = (shape: number[], from: readonly number[] | number = 0): HostArray => ({
  data: Float32Array.from(
    typeof from === "number"
      ? { length: shape.reduce((a, b) => a * b, 1) }
      : (from as ArrayLike<number>),
    (value: unknown, i) => (typeof from === "number" ? from + i : (value as number)),
  ),
  shape,
});

describe("ArrayDataset", () => {
  const points = new ArrayDataset({
    inputs: array([3, 1, 2]),
    targets: { data: Int32Array.of(7, 8, 9), shape: [3] },
  });

  it("gives rows as samples", () => {
    expect(points.length).toBe(3);
    expect(points.get(1)).toEqual({
      inputs: { data: Float32Array.of(2, 3), shape: [1, 2] },
      targets: 8,
    });
  });

  it("batches as stacking its samples would", () => {
    const indices = fc.array(fc.nat(2), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(indices, indices, (chosen, positions) => {
        const samples = chosen.map((index) => points.get(index));
        expect(points.getBatch(chosen)).toEqual({ ...stackSamples(samples) });
        const part = subset(points, chosen);
        const within = positions.map((position) => position % chosen.length);
        expect(part.length).toBe(chosen.length);
        expect(part.getBatch!(within)).toEqual({
          ...stackSamples(within.map((position) => part.get(position))),
        });
      }),
    );
  });

  it("holds regression targets and any other fields", () => {
    const pairs = new ArrayDataset<{ source: HostArray; target: HostArray }>({
      source: array([2, 3]),
      target: array([2]),
    });
    expect(pairs.get(1).target).toEqual({ data: Float32Array.of(1), shape: [] });
    expect(pairs.getBatch([1, 0]).target).toEqual({ data: Float32Array.of(1, 0), shape: [2] });
  });

  it.each([
    [
      () => new ArrayDataset<Record<string, HostArray>>({}),
      "ArgumentError: ArrayDataset: needs at least one array: received none.",
    ],
    [
      () => new ArrayDataset<Record<string, HostArray>>({ a: array([2, 3]), b: array([3]) }),
      'ShapeError: ArrayDataset: the first axes differ: "a" [2, 3], "b" [3]. Every array needs one row per sample.',
    ],
    [
      () =>
        new ArrayDataset<Record<string, HostArray>>({
          a: { data: new Float32Array(5), shape: [2, 3] },
        }),
      'ShapeError: ArrayDataset: "a" has shape [2, 3] but 5 elements. Give one per cell of the shape.',
    ],
    [
      () => points.get(3),
      "ArgumentError: ArrayDataset.get: index must be a whole number from 0 to 2: received 3.",
    ],
    [
      () => points.getBatch([0, -1]),
      "ArgumentError: ArrayDataset.getBatch: index must be a whole number from 0 to 2: received -1.",
    ],
    [
      () => subset(points, [4]),
      "ArgumentError: subset: index must be a whole number from 0 to 2: received 4.",
    ],
    [
      () => subset(points, [1]).get(1),
      "ArgumentError: subset.get: index must be a whole number from 0 to 0: received 1.",
    ],
  ])("refuses what does not fit %#", (call, message) => {
    expect(() => thrown(call)).toThrow(message);
  });
});

describe("stackSamples", () => {
  it.each([
    [[], "ArgumentError: stackSamples: needs at least one sample: received 0."],
    [
      [{ a: 1 }, { a: 0.5 }],
      'ArgumentError: stackSamples: field "a" must be a 32-bit whole number: received 0.5 in sample 1 of the batch. Put fractions into a Float32Array with shape [].',
    ],
    [
      [{ a: 1 }, {}],
      'ArgumentError: stackSamples: field "a" must be a 32-bit whole number: received undefined in sample 1 of the batch. Put fractions into a Float32Array with shape [].',
    ],
    [
      [{ a: array([2]) }, { a: 1 }],
      'ArgumentError: stackSamples: field "a" of sample 1 of the batch must have data and a shape: received 1. Give e.g. { data: Float32Array.of(1, 2), shape: [2] }.',
    ],
    [
      [{ a: array([2]) }, { a: array([3]) }],
      'ShapeError: stackSamples: field "a" has shape [2] in the batch\'s first sample and [3] in sample 1. All samples of a dataset must have one shape.',
    ],
    [
      [{ a: array([1]) }, { a: { data: Int32Array.of(1), shape: [1] } }],
      'DTypeError: stackSamples: field "a" is float32 in the batch\'s first sample and int32 in sample 1. All samples of a dataset must have one element type.',
    ],
  ])("refuses samples that do not stack %#", (samples, message) => {
    expect(() => thrown(() => stackSamples(samples as object[]))).toThrow(message);
  });
});

/** Rethrows as `Class: message`, so that one string checks both. */
function thrown(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    throw new Error(String(error), { cause: error });
  }
}
