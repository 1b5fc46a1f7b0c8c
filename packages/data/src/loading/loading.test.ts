import { reference } from "@dl/backend-reference";
import { configure } from "@dl/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ArrayDataset } from "../array-dataset.ts";
import { DataLoader, type DataLoaderState } from "../data-loader.ts";
import type { AsyncDataset, ClassificationSample, HostBatch } from "../dataset.ts";
import type { Batch } from "./to-tensors.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Samples whose class is their index, so that a batch tells which were taken. */
const numbered = (length: number): ArrayDataset =>
  new ArrayDataset({
    inputs: { data: new Float32Array(length), shape: [length] },
    targets: { data: Int32Array.from(range(length)), shape: [length] },
  });

const classesOf = async ({ targets }: Batch<ClassificationSample>): Promise<number[]> =>
  Array.from(await targets.data());

async function pass(batches: Iterable<Batch<ClassificationSample>>): Promise<number[][]> {
  return Promise.all(Array.from(batches, classesOf));
}

/** The same samples, each only when `release` says so; notes what was asked for. */
class SlowDataset implements AsyncDataset {
  readonly asked: number[] = [];
  readonly signals = new Set<AbortSignal>();
  readonly length: number;
  open = 0;
  constructor(length: number) {
    this.length = length;
  }
  async get(index: number, signal?: AbortSignal): Promise<ClassificationSample> {
    this.asked.push(index);
    if (signal) this.signals.add(signal);
    this.open++;
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.open--;
    return { inputs: { data: Float32Array.of(0), shape: [] }, targets: index };
  }
}

describe("DataLoader state", () => {
  it("goes on with the order that was left, wherever it was taken", async () => {
    const options = fc.record({
      batchSize: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(1000),
      shuffle: fc.boolean(),
      dropLast: fc.boolean(),
      shard: fc.constantFrom({ rank: 0, count: 1 }, { rank: 1, count: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(options, fc.nat(999), async (chosen, moment) => {
        const dataset = numbered(40);
        const whole = new DataLoader(dataset, chosen);
        const all = [...(await pass(whole)), ...(await pass(whole)), ...(await pass(whole))];
        const taken = moment % (2 * whole.length);

        const stopped = new DataLoader(dataset, chosen);
        let state = stopped.state();
        for (let left = taken; left > 0;)
          for (const batch of stopped) {
            void batch;
            state = stopped.state();
            if (--left === 0) break;
          }
        const resumed = new DataLoader(dataset, chosen);
        resumed.loadState(JSON.parse(JSON.stringify(state)) as DataLoaderState);
        expect(resumed.state()).toEqual(state);
        const rest = [...(await pass(resumed)), ...(await pass(resumed))];
        expect(rest).toEqual(all.slice(taken, taken + rest.length));
      }),
      { numRuns: 50 },
    );
  });

  it("counts what was delivered, not what was fetched ahead", async () => {
    const loader = new DataLoader(new SlowDataset(20), { batchSize: 2, prefetch: 4 });
    for await (const batch of loader) {
      void batch;
      expect(loader.state()).toMatchObject({ epoch: 0, batch: 1 });
      break;
    }
    const resumed = new DataLoader(new SlowDataset(20), { batchSize: 2 });
    resumed.loadState(loader.state());
    const rest: number[][] = [];
    for await (const batch of resumed) rest.push(await classesOf(batch));
    expect(rest.flat()).toEqual(range(20).slice(2));
  });

  it("refuses the state of another order", () => {
    const state = new DataLoader(numbered(10), { batchSize: 2, seed: 4 }).state();
    const load = (change: Partial<DataLoaderState>): void =>
      new DataLoader(numbered(10), { batchSize: 2, seed: 4 }).loadState({ ...state, ...change });
    expect(() => load({})).not.toThrow();
    expect(() => load({ seed: 5 })).toThrow(
      "DataLoader.loadState: the state is of another order: its seed is 5, this loader's is 4. Make the loader as it was.",
    );
    expect(() => load({ sampleCount: 11 })).toThrow("its sampleCount is 11, this loader's is 10");
    expect(() => load({ batch: 5 })).toThrow(
      "DataLoader.loadState: batch must be a whole number from 0 to 4: received 5.",
    );
    expect(() => load({ epoch: -1 })).toThrow("epoch must be a whole number");
  });
});

describe("DataLoader shards", () => {
  it("deal out an epoch evenly, the first samples twice where it does not come out even", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (length, count, shuffle) => {
          const orders = range(count).map((rank) =>
            new DataLoader(numbered(length), {
              batchSize: 1,
              shuffle,
              shard: { rank, count },
            }).order(3),
          );
          expect(new Set(orders.map((order) => order.length))).toEqual(
            new Set([Math.ceil(length / count)]),
          );
          expect(new Set(orders.flatMap((order) => Array.from(order)))).toEqual(
            new Set(range(length)),
          );
        },
      ),
    );
  });

  it("share no sample with dropLast", () => {
    const orders = range(3).map(
      (rank) =>
        new DataLoader(numbered(11), {
          batchSize: 1,
          shuffle: true,
          dropLast: true,
          shard: { rank, count: 3 },
        }),
    );
    const seen = orders.flatMap((loader) => Array.from(loader.order(0)));
    expect([seen.length, new Set(seen).size]).toEqual([9, 9]);
    expect(
      () => new DataLoader(numbered(2), { batchSize: 1, shard: { rank: 2, count: 2 } }),
    ).toThrow("DataLoader: shard.rank must be a whole number from 0 to 1: received 2.");
  });
});

describe("DataLoader over samples that take time", () => {
  it("begins as many batches ahead as it may, and no more", async () => {
    for (const prefetch of [0, 1, 3]) {
      const dataset = new SlowDataset(12);
      const loader = new DataLoader(dataset, { batchSize: 2, prefetch });
      let delivered = 0;
      for await (const batch of loader) {
        delivered++;
        expect(await classesOf(batch)).toEqual([2 * delivered - 2, 2 * delivered - 1]);
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(dataset.asked.length).toBeLessThanOrEqual(2 * (delivered + prefetch));
      }
      expect(delivered).toBe(6);
    }
  });

  it("lets go when the loop breaks", async () => {
    const dataset = new SlowDataset(100);
    for await (const batch of new DataLoader(dataset, { batchSize: 1, prefetch: 8 })) {
      void batch;
      break;
    }
    expect([...dataset.signals].map(({ aborted }) => aborted)).toEqual([true]);
    const asked = dataset.asked.length;
    expect(asked).toBeLessThanOrEqual(9);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([dataset.asked.length, dataset.open]).toEqual([asked, 0]);
  });

  it("ends with the signal's reason, in the middle of a wait", async () => {
    const never: AsyncDataset = { length: 4, get: () => new Promise(() => undefined) };
    const controller = new AbortController();
    const loader = new DataLoader(never, { batchSize: 2, signal: controller.signal });
    const failure = (async () => {
      for await (const batch of loader) void batch;
    })();
    setTimeout(() => controller.abort(new Error("enough")), 1);
    await expect(failure).rejects.toThrow("enough");
    await expect(
      (async () => {
        for await (const batch of loader) void batch;
      })(),
    ).rejects.toThrow("enough");
    const quick = new DataLoader(numbered(4), { batchSize: 2, signal: controller.signal });
    expect(() => [...quick]).toThrow("enough");
  });

  it("reports a failing sample at its batch, after those before it", async () => {
    const failing: AsyncDataset = {
      length: 6,
      get: async (index) => {
        await Promise.resolve();
        if (index === 3) throw new RangeError("sample 3 is gone");
        return { inputs: { data: Float32Array.of(0), shape: [] }, targets: index };
      },
    };
    const seen: number[] = [];
    const reading = (async () => {
      for await (const batch of new DataLoader(failing, { batchSize: 1, prefetch: 5 }))
        seen.push(...(await classesOf(batch)));
    })();
    await expect(reading).rejects.toThrow("sample 3 is gone");
    expect(seen).toEqual([0, 1, 2]);
  });

  it("asks for `for await`", () => {
    expect(() => [...new DataLoader(new SlowDataset(4), { batchSize: 2 })]).toThrow(
      "DataLoader: the dataset takes time to get samples: received a promise. Iterate with for await.",
    );
  });
});

describe("DataLoader collate and transform", () => {
  it("makes batches by the collate it is given", async () => {
    type Words = { readonly length: number; readonly words: readonly number[] };
    const sentences: AsyncDataset<Words> = {
      length: 2,
      get: (index) => ({ length: index + 1, words: range(index + 1) }),
    };
    const pad = (samples: readonly Words[]): HostBatch<{ words: unknown }> => {
      const longest = Math.max(...samples.map(({ length }) => length));
      const data = new Int32Array(samples.length * longest);
      samples.forEach(({ words }, row) => data.set(words, row * longest));
      return { words: { data, shape: [samples.length, longest] } };
    };
    const [batch] = [...new DataLoader(sentences, { batchSize: 2, collate: pad })];
    expect(await batch!.words.toArray()).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  it("draws the same numbers for the same batch, others for any other", async () => {
    const drawn = async (options: { seed?: number; rank?: number }): Promise<number[]> => {
      const { seed = 0, rank = 0 } = options;
      const loader = new DataLoader(numbered(8), {
        batchSize: 2,
        seed,
        shard: { rank, count: 2 },
        transform: (batch, random) => ({
          ...batch,
          targets: { data: Int32Array.of(random.nextUint32() | 0), shape: [1] },
        }),
      });
      return [...(await pass(loader)), ...(await pass(loader))].flat();
    };
    const base = await drawn({});
    expect(await drawn({})).toEqual(base);
    const others = [await drawn({ seed: 1 }), await drawn({ rank: 1 })];
    expect(new Set([...base, ...others.flat()]).size).toBe(12);
  });
});
