import fc from "fast-check";
import { reference } from "@dl/backend-reference";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
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

beforeAll(() => {
  configure({ backend: reference() });
});

async function pass(loader: DataLoader): Promise<number[][]> {
  return Promise.all(Array.from(loader, async ({ targets }) => Array.from(await targets.data())));
}

const sizes = fc.record({
  length: fc.integer({ min: 1, max: 200 }),
  batchSize: fc.integer({ min: 1, max: 70 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  shuffle: fc.boolean(),
});

describe("DataLoader", () => {
  it("visits every index exactly once in an epoch", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ length, ...options }) => {
        const loader = new DataLoader(numbered(length), options);
        const batches = await pass(loader);
        expect(batches.length).toBe(loader.length);
        for (const batch of batches.slice(0, -1)) expect(batch.length).toBe(options.batchSize);
        expect(batches.flat().toSorted((a, b) => a - b)).toEqual(
          Array.from({ length }, (_, i) => i),
        );
      }),
    );
  });

  it("drops only the last batch, and only if it is not full", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ length, ...options }) => {
        fc.pre(length >= options.batchSize);
        const all = await pass(new DataLoader(numbered(length), options));
        const full = new DataLoader(numbered(length), { ...options, dropLast: true });
        expect(full.length).toBe(Math.floor(length / options.batchSize));
        expect(await pass(full)).toEqual(all.slice(0, full.length));
      }),
    );
  });

  it("orders by seed and epoch alone", async () => {
    const options = { batchSize: 7, shuffle: true, seed: 3 };
    const loader = new DataLoader(numbered(50), options);
    const epochs = [await pass(loader), await pass(loader), await pass(loader)];
    expect(loader.epoch).toBe(3);
    expect(new Set(epochs.map(String)).size).toBe(3);

    const resumed = new DataLoader(numbered(50), options);
    resumed.epoch = 2;
    expect(await pass(resumed)).toEqual(epochs[2]);
    expect(
      (await pass(new DataLoader(numbered(50), { ...options, batchSize: 50 }))).flat(),
    ).toEqual(epochs[0]!.flat());
    expect(await pass(new DataLoader(numbered(50), { ...options, seed: 4 }))).not.toEqual(
      epochs[0],
    );
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

  it("keeps the order without shuffle, and yields stacked tensors", async () => {
    const [batch, last] = [...new DataLoader(numbered(5), { batchSize: 3 })];
    expect(batch!.inputs.shape).toEqual([3, 2]);
    expect(await batch!.inputs.data()).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    expect(await batch!.targets.data()).toEqual(Int32Array.of(0, 1, 2));
    expect(last!.inputs.shape).toEqual([2, 2]);
  });

  it("iterates with for await too", async () => {
    const options = { batchSize: 4, shuffle: true, seed: 9 };
    const batches: number[][] = [];
    for await (const { targets } of new DataLoader(numbered(10), options))
      batches.push(Array.from(await targets.data()));
    expect(batches).toEqual(await pass(new DataLoader(numbered(10), options)));
  });

  it("stacks the samples of a dataset without getBatch", async () => {
    const pairs: Dataset<{ input: { data: Float32Array; shape: number[] }; weight: number }> = {
      length: 3,
      get: (index) => ({ input: { data: Float32Array.of(index), shape: [] }, weight: -index }),
    };
    const [batch] = [...new DataLoader(pairs, { batchSize: 3 })];
    expect(await batch!.input.data()).toEqual(Float32Array.of(0, 1, 2));
    expect(await batch!.weight.data()).toEqual(Int32Array.of(0, -1, -2));
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
