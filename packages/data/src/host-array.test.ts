import { runInNewContext } from "node:vm";
import { reference } from "@dl/backend-reference";
import { configure } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { parseCsv } from "@dl/formats";
import { ArrayDataset } from "./array-dataset.ts";
import { regressionTable } from "./csv/table-dataset.ts";
import { DataLoader } from "./data-loader.ts";
import type { HostArray, HostBatch, HostSource, IterableDataset } from "./dataset.ts";
import { toHostArray } from "./host-array.ts";
import { RandomStream } from "./random-stream.ts";
import { stackSamples } from "./stack-samples.ts";
import { StreamLoader } from "./stream-loader.ts";
import { randomFlip } from "./transforms/crop-and-flip.ts";
import { mixup } from "./transforms/mixup.ts";
import { toOneHot } from "./transforms/one-hot.ts";
import { normalize } from "./transforms/standardize.ts";
import { fitStatistics } from "./transforms/statistics.ts";

configure({ backend: reference() });

type Numbers = HostSource["data"];
/** What a JavaScript caller may give, whatever its type. */
const given = (data: unknown, shape: readonly number[]): HostArray =>
  ({ data, shape }) as HostArray;
const random = new RandomStream(0, 0);

/** Two numbers of every kind of typed array, and what they become. */
const held: readonly (readonly [Numbers, Float32Array | Int32Array])[] = [
  [Float32Array.of(0.5, -Infinity), Float32Array.of(0.5, -Infinity)],
  [Float64Array.of(0.5, 2.7), Float32Array.of(0.5, 2.7)],
  [Float64Array.of(Number.NaN, Infinity), Float32Array.of(Number.NaN, Infinity)],
  [Int8Array.of(-128, 127), Int32Array.of(-128, 127)],
  [Uint8Array.of(0, 255), Int32Array.of(0, 255)],
  [Uint8ClampedArray.of(3, 255), Int32Array.of(3, 255)],
  [Int16Array.of(-32768, 5), Int32Array.of(-32768, 5)],
  [Uint16Array.of(65535, 5), Int32Array.of(65535, 5)],
  [Int32Array.of(-(2 ** 31), 5), Int32Array.of(-(2 ** 31), 5)],
  [Uint32Array.of(2 ** 30, 5), Int32Array.of(2 ** 30, 5)],
  [BigInt64Array.of(-5n, 5n), Int32Array.of(-5, 5)],
  [BigUint64Array.of(7n, 5n), Int32Array.of(7, 5)],
  [runInNewContext("Float32Array.of(0.5, 2)") as Float32Array, Float32Array.of(0.5, 2)],
];

const refused: readonly (readonly [unknown, string])[] = [
  [
    Uint32Array.of(1, 2 ** 32 - 1),
    "the number 4294967295 at position 1 of a Uint32Array does not fit 32 bits with a sign. Store smaller integers, or floats.",
  ],
  [
    BigInt64Array.of(1n, -(2n ** 63n)),
    "the number -9223372036854775808 at position 1 of a BigInt64Array does not fit 32 bits with a sign.",
  ],
  [
    BigUint64Array.of(2n ** 53n + 1n, 1n),
    "the number 9007199254740993 at position 0 of a BigUint64Array does not fit 32 bits with a sign.",
  ],
  [
    Float64Array.of(1, 1e39),
    "the number 1e+39 at position 1 of a Float64Array does not fit float32. Scale the numbers.",
  ],
  [
    [1, 2],
    "must be a typed array: received a list. Use Float32Array.from(...) for measurements, Int32Array.from(...) for classes.",
  ],
  [
    new DataView(new ArrayBuffer(2)),
    "must be a typed array: received an object of class DataView.",
  ],
  ["12", 'must be a typed array: received "12".'],
  [null, "must be a typed array: received null."],
  [undefined, "must be a typed array: received undefined."],
];

/** Every way in which an array from outside comes in, and what became of it behind. */
const borders: Readonly<Record<string, (data: Numbers) => Promise<ArrayLike<number>>>> = {
  "ArrayDataset.get": async (data) => {
    const set = new ArrayDataset<{ x: HostArray }>({ x: { data, shape: [1, 2] } });
    return set.get(0).x.data;
  },
  "ArrayDataset.get of numbers": async (data) => {
    const set = new ArrayDataset<{ x: HostArray | number }>({ x: given(data, [2]) });
    const samples = [set.get(0).x, set.get(1).x];
    return samples.map((x) => (typeof x === "number" ? x : x.data[0]!));
  },
  "ArrayDataset.getBatch": async (data) => {
    const set = new ArrayDataset<{ x: HostArray }>({ x: { data, shape: [1, 2] } });
    return set.getBatch([0]).x.data;
  },
  "DataLoader of an ArrayDataset": async (data) => {
    const set = new ArrayDataset<{ x: HostArray }>({ x: { data, shape: [1, 2] } });
    return [...new DataLoader(set, { batchSize: 1 })][0]!.x.data();
  },
  stackSamples: async (data) => stackSamples([{ x: given(data, [2]) }]).x.data,
  "get of one's own": async (data) => {
    const set = { length: 1, get: () => ({ x: given(data, [2]) }) };
    return [...new DataLoader(set, { batchSize: 1 })][0]!.x.data();
  },
  "getBatch of one's own": async (data) => {
    const x = given(data, [1, 2]);
    const set = { length: 1, get: () => ({ x }), getBatch: () => ({ x }) };
    return [...new DataLoader(set, { batchSize: 1 })][0]!.x.data();
  },
  "a stream": async (data) => {
    const set: IterableDataset<{ x: HostArray }> = { samples: () => [{ x: given(data, [2]) }] };
    for await (const { x } of new StreamLoader(set, { batchSize: 1 })) return x.data();
    return [];
  },
  collate: async (data) => {
    const set = { length: 1, get: () => ({}) };
    const collate = (): HostBatch<{ x: HostArray }> => ({ x: given(data, [1, 2]) });
    return [...new DataLoader(set, { batchSize: 1, collate })][0]!.x.data();
  },
  "collate of a stream": async (data) => {
    const collate = (): HostBatch<{ x: HostArray }> => ({ x: given(data, [1, 2]) });
    const loader = new StreamLoader({ samples: () => [{}] }, { batchSize: 1, collate });
    for await (const { x } of loader) return x.data();
    return [];
  },
  "a transform": async (data) => {
    const set = { length: 1, get: () => ({ x: given(Float32Array.of(0), [1]) }) };
    const transform = (): HostBatch<{ x: HostArray }> => ({ x: given(data, [1, 2]) });
    return [...new DataLoader(set, { batchSize: 1, transform })][0]!.x.data();
  },
  toHostArray: async (data) => toHostArray({ data, shape: [2] }).data,
  normalize: async (data) =>
    normalize({ minimum: [0], maximum: [1] })(given(data, [2, 1]), random).data,
  fitStatistics: async (data) => {
    const { mean } = await fitStatistics({ length: 1, get: () => ({ x: given(data, [2]) }) }, "x");
    return mean;
  },
};

describe.each(Object.entries(borders))("%s", (name, enter) => {
  // Statistics of what is not finite are refused: statistics.ts.
  const finite = held.filter(([, numbers]) => numbers.every((x) => Number.isFinite(x)));
  it.each(name === "fitStatistics" ? finite : held)("holds %o as %o", async (data, numbers) => {
    expect(Array.from(await enter(data))).toEqual(Array.from(numbers));
  });

  it.each(refused)("refuses %o", async (data, message) => {
    const failure = await enter(data as Numbers).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ArgumentError" });
    expect((failure as Error).message).toContain(message);
  });
});

describe("transforms", () => {
  const images = given(Float64Array.of(0.5, 2.7), [1, 1, 1, 2]);
  const classes = given(BigInt64Array.of(1n), [1]);

  it("take numbers of any type", () => {
    expect(randomFlip({ probability: 1 })(images, random).data).toEqual(Float32Array.of(2.7, 0.5));
    expect(toOneHot(2)(classes, random).data).toEqual(Float32Array.of(0, 1));
    const mixed = mixup({ classCount: 2 })({ inputs: images, targets: classes }, random);
    expect(mixed.inputs.data).toEqual(Float32Array.of(0.5, 2.7));
    expect(mixed.targets.data).toEqual(Float32Array.of(0, 1));
  });
});

describe("tables", () => {
  it("refuse a number beyond float32, by its column and row", () => {
    const table = parseCsv("a,b\n1,1\n1e39,2");
    expect(() => regressionTable(table, { inputs: ["a"], targets: "b" })).toThrow(
      'regressionTable: column "a": the number 1e+39 at position 1 of a Float64Array does not fit float32. Scale the numbers.',
    );
    expect(() => regressionTable(table, { inputs: ["b"], targets: "a" })).toThrow('column "a"');
  });
});

describe("batches", () => {
  const set = { length: 1, get: () => ({}) };

  it.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    [3, "3"],
  ])("of collate or transform must be objects of arrays, not %o", (batch, received) => {
    const make = (): HostBatch<object> => batch as HostBatch<object>;
    for (const options of [{ collate: make }, { transform: make }])
      expect(() => [...new DataLoader(set, { batchSize: 1, ...options })]).toThrow(
        `${Object.keys(options)[0]}: a batch must be an object of arrays by name: received ${received}.`,
      );
  });

  it("of collate are there at once", () => {
    const collate = (): HostBatch<object> => Promise.resolve({});
    expect(() => [...new DataLoader(set, { batchSize: 1, collate })]).toThrow(
      "collate: a batch must be an object of arrays by name: received an object of class Promise.",
    );
  });

  it.each<[unknown, string]>([
    [null, '"x" must have data and a shape: received null.'],
    [{ data: Float32Array.of(1) }, '"x" must have data and a shape: received { data }.'],
    [
      { data: Float32Array.of(1), shape: [-1] },
      '"x" must have data and a shape: received { data, shape }.',
    ],
    [
      { data: Float32Array.of(1), shape: [2] },
      '"x" has shape [2] but 1 elements. Give one per cell of the shape.',
    ],
  ])("refuse %o as an array", (x, message) => {
    const collate = (): HostBatch<object> => ({ x });
    expect(() => [...new DataLoader(set, { batchSize: 1, collate })]).toThrow(
      `collate: ${message}`,
    );
  });
});
