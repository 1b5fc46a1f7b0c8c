import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrayDataset } from "./array-dataset.ts";
import { DataLoader } from "./data-loader.ts";
import type { Dataset } from "./dataset.ts";
import { subset } from "./subset.ts";

/** Samples whose class is their index, so that a batch tells which were taken. */
function numbered(length: number): ArrayDataset {
  return new ArrayDataset({
    inputs: { data: Float32Array.from({ length: 2 * length }, (_, i) => i), shape: [length, 2] },
    targets: { data: Int32Array.from({ length }, (_, i) => i), shape: [length] },
  });
}

function pass(loader: DataLoader): number[][] {
  return Array.from(loader, ({ targets }) => Array.from(targets.data));
}

const sizes = fc.record({
  length: fc.integer({ min: 1, max: 200 }),
  batchSize: fc.integer({ min: 1, max: 70 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  shuffle: fc.boolean(),
});

describe("DataLoader", () => {
  it("visits every index exactly once in an epoch", () => {
    fc.assert(
      fc.property(sizes, ({ length, ...options }) => {
        const loader = new DataLoader(numbered(length), options);
        const batches = pass(loader);
        expect(batches.length).toBe(loader.length);
        for (const batch of batches.slice(0, -1)) expect(batch.length).toBe(options.batchSize);
        expect(batches.flat().toSorted((a, b) => a - b)).toEqual(
          Array.from({ length }, (_, i) => i),
        );
      }),
    );
  });

  it("drops only the last batch, and only if it is not full", () => {
    fc.assert(
      fc.property(sizes, ({ length, ...options }) => {
        fc.pre(length >= options.batchSize);
        const all = pass(new DataLoader(numbered(length), options));
        const full = new DataLoader(numbered(length), { ...options, dropLast: true });
        expect(full.length).toBe(Math.floor(length / options.batchSize));
        expect(pass(full)).toEqual(all.slice(0, full.length));
      }),
    );
  });

  it("orders by seed and epoch alone", () => {
    const options = { batchSize: 7, shuffle: true, seed: 3 };
    const loader = new DataLoader(numbered(50), options);
    const epochs = [pass(loader), pass(loader), pass(loader)];
    expect(loader.epoch).toBe(3);
    expect(new Set(epochs.map(String)).size).toBe(3);

    const resumed = new DataLoader(numbered(50), options);
    resumed.epoch = 2;
    expect(pass(resumed)).toEqual(epochs[2]);
    expect(pass(new DataLoader(numbered(50), { ...options, batchSize: 50 })).flat()).toEqual(
      epochs[0]!.flat(),
    );
    expect(pass(new DataLoader(numbered(50), { ...options, seed: 4 }))).not.toEqual(epochs[0]);
  });

  it("has this order for ever", () => {
    const loader = new DataLoader(numbered(10), { batchSize: 10, shuffle: true, seed: 0 });
    expect(Array.from(loader.order(0))).toEqual([7, 2, 9, 1, 0, 4, 8, 6, 5, 3]);
    expect(Array.from(loader.order(1))).toEqual([4, 8, 3, 9, 2, 0, 5, 7, 1, 6]);
  });

  it("shuffles without bias", () => {
    const loader = new DataLoader(numbered(4), { batchSize: 4, shuffle: true });
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < 12_000; epoch++) {
      const order = loader.order(epoch).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    // 500 expected of each, standard deviation 22.
    for (const count of seen.values()) expect(Math.abs(count - 500)).toBeLessThan(110);
  });

  it("keeps the order without shuffle, and yields stacked arrays", () => {
    const [batch, last] = [...new DataLoader(numbered(5), { batchSize: 3 })];
    expect(batch!.inputs.shape).toEqual([3, 2]);
    expect(batch!.inputs.data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    expect(batch!.targets).toEqual({ data: Int32Array.of(0, 1, 2), shape: [3] });
    expect(last!.inputs.shape).toEqual([2, 2]);
  });

  it("iterates with for await too", async () => {
    const options = { batchSize: 4, shuffle: true, seed: 9 };
    const batches: number[][] = [];
    for await (const { targets } of new DataLoader(numbered(10), options))
      batches.push(Array.from(targets.data));
    expect(batches).toEqual(pass(new DataLoader(numbered(10), options)));
  });

  it("stacks the samples of a dataset without getBatch", () => {
    const pairs: Dataset<{ input: { data: Float32Array; shape: number[] }; weight: number }> = {
      length: 3,
      get: (index) => ({ input: { data: Float32Array.of(index), shape: [] }, weight: -index }),
    };
    const [batch] = [...new DataLoader(pairs, { batchSize: 3 })];
    expect(batch!.input).toEqual({ data: Float32Array.of(0, 1, 2), shape: [3] });
    expect(batch!.weight).toEqual({ data: Int32Array.of(0, -1, -2), shape: [3] });
  });

  it.each([
    [0, "received 0"],
    [-4, "received -4"],
    [2.5, "received 2.5"],
    [Number.NaN, "received NaN"],
    [Infinity, "received Infinity"],
  ])("refuses batchSize %d", (batchSize, received) => {
    expect(() => new DataLoader(numbered(10), { batchSize })).toThrow(
      expect.objectContaining({
        name: "ArgumentError",
        message: `DataLoader: batchSize must be a whole number of at least 1: ${received}.`,
      }),
    );
  });

  it("refuses an empty dataset, a bad seed, a bad epoch and a batch that would never fill", () => {
    const empty = subset(numbered(3), []);
    const loader = new DataLoader(numbered(10), { batchSize: 2 });
    const messages = [
      () => new DataLoader(empty, { batchSize: 2 }),
      () => new DataLoader(numbered(10), { batchSize: 2, seed: 0.5 }),
      () => new DataLoader(numbered(10), { batchSize: 16, dropLast: true }),
      () => loader.order(-1),
    ].map(messageOf);
    expect(messages).toEqual([
      "DataLoader: the dataset is empty: its length is 0. Give it at least one sample.",
      "DataLoader: seed must be a whole number from 0 to 4294967295: received 0.5.",
      "DataLoader: dropLast leaves no batch: 10 samples, batchSize 16. Use a batchSize of at most 10, or keep the last batch.",
      "DataLoader: epoch must be a whole number from 0 to 4294967295: received -1.",
    ]);
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}
