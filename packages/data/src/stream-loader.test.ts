import { reference } from "@dl/backend-reference";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import type { IterableDataset } from "./dataset.ts";
import { StreamLoader, type StreamLoaderOptions, type StreamLoaderState } from "./stream-loader.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

type Counted = { readonly count: number };

/** `length` numbers, and whether the stream was closed. */
class Counter implements IterableDataset<Counted> {
  readonly length: number;
  produced = 0;
  isClosed = false;
  constructor(length: number) {
    this.length = length;
  }
  async *samples(epoch: number): AsyncGenerator<Counted, void, undefined> {
    try {
      for (let i = 0; i < this.length; i++) {
        this.produced++;
        await Promise.resolve();
        yield { count: 1000 * epoch + i };
      }
    } finally {
      this.isClosed = true;
    }
  }
}

async function pass(loader: StreamLoader<Counted>): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const { count } of loader) batches.push(Array.from(await count.data()));
  return batches;
}

const loaderOf = (length: number, options: StreamLoaderOptions<Counted>): StreamLoader<Counted> =>
  new StreamLoader(new Counter(length), options);

describe("StreamLoader", () => {
  it("keeps the stream's order, with or without the last batch", async () => {
    const loader = loaderOf(5, { batchSize: 2 });
    expect(await pass(loader)).toEqual([[0, 1], [2, 3], [4]]);
    expect(await pass(loader)).toEqual([[1000, 1001], [1002, 1003], [1004]]);
    expect(await pass(loaderOf(5, { batchSize: 2, dropLast: true }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(await pass(loaderOf(0, { batchSize: 2 }))).toEqual([]);
  });

  it("mixes through the buffer without losing or doubling a sample", async () => {
    const options = { batchSize: 7, shuffleBuffer: 10, seed: 5 };
    const mixed = (await pass(loaderOf(100, options))).flat();
    expect(mixed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    // A sample can come early by no more than the buffer holds.
    mixed.forEach((value, place) => expect(value).toBeLessThanOrEqual(place + 10));
    expect((await pass(loaderOf(100, options))).flat()).toEqual(mixed);
    expect((await pass(loaderOf(100, { ...options, seed: 6 }))).flat()).not.toEqual(mixed);
  });

  it("resumes where it stood", async () => {
    const options = { batchSize: 3, shuffleBuffer: 4, seed: 2, prefetch: 3 };
    const whole = loaderOf(20, options);
    const all = [...(await pass(whole)), ...(await pass(whole))];
    for (const taken of [1, 4, 7, 9]) {
      const stopped = loaderOf(20, options);
      for (let left = taken; left > 0;)
        for await (const batch of stopped) {
          void batch;
          if (--left === 0) break;
        }
      const resumed = loaderOf(20, options);
      resumed.loadState(JSON.parse(JSON.stringify(stopped.state())) as StreamLoaderState);
      const rest = await pass(resumed);
      expect(rest).toEqual(all.slice(taken, taken + rest.length));
      // After its last batch nobody knows yet that a stream has ended: nothing is left of it.
      expect(rest.length).toBe(taken <= 7 ? 7 - taken : 14 - taken);
    }
    expect(whole.state()).toEqual({ epoch: 2, batch: 0 });
  });

  it("deals samples out to shards", async () => {
    const shards = await Promise.all(
      [0, 1, 2].map((rank) => pass(loaderOf(8, { batchSize: 9, shard: { rank, count: 3 } }))),
    );
    expect(shards).toEqual([[[0, 3, 6]], [[1, 4, 7]], [[2, 5]]]);
  });

  it("reads no further ahead than it may, and closes the stream on break", async () => {
    const endless = new Counter(Infinity);
    for await (const batch of new StreamLoader(endless, { batchSize: 2, prefetch: 1 })) {
      void batch;
      await new Promise((resolve) => setTimeout(resolve, 5));
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(endless.isClosed).toBe(true);
    expect(endless.produced).toBeLessThanOrEqual(5);
  });

  it("ends with the signal's reason", async () => {
    const controller = new AbortController();
    const endless = new Counter(Infinity);
    const loader = new StreamLoader(endless, { batchSize: 2, signal: controller.signal });
    const reading = (async () => {
      let batches = 0;
      for await (const batch of loader) {
        void batch;
        if (++batches === 3) controller.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrow("enough");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(endless.isClosed).toBe(true);
  });

  it("refuses options out of range and a dataset that gives nothing to iterate", async () => {
    expect(() => loaderOf(3, { batchSize: 0 })).toThrow(
      "StreamLoader: batchSize must be a whole number of at least 1: received 0.",
    );
    expect(() => loaderOf(3, { batchSize: 1, shuffleBuffer: -1 })).toThrow(
      "StreamLoader: shuffleBuffer must be a whole number of at least 0: received -1.",
    );
    expect(() => loaderOf(3, { batchSize: 1 }).loadState({ epoch: 0, batch: 0.5 })).toThrow(
      "StreamLoader.loadState: batch must be a whole number from 0 to 4294967295: received 0.5.",
    );
    const wrong = { samples: () => 3 } as unknown as IterableDataset<Counted>;
    await expect(pass(new StreamLoader(wrong, { batchSize: 1 }))).rejects.toThrow(
      "StreamLoader: samples() must give something to iterate: received number.",
    );
  });
});
