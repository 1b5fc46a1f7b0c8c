import { reference } from "@dl/backend-reference";
import { configure, type Tensor } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { ArrayDataset } from "./array-dataset.ts";
import { DataLoader } from "./data-loader.ts";
import type { HostArray } from "./dataset.ts";
import { UnpairedLoader } from "./unpaired-loader.ts";

beforeAll(() => configure({ backend: reference() }));

/** Numbers from `first` on. */
const bag = (first: number, count: number, seed: number) => {
  const data = Float32Array.from({ length: count }, (_, i) => first + i);
  const numbers = new ArrayDataset<{ readonly inputs: HostArray }>({
    inputs: { data, shape: [count, 1] },
  });
  return new DataLoader(numbers, { batchSize: 2, shuffle: true, dropLast: true, seed });
};
const loader = () => new UnpairedLoader(bag(0, 6, 1), bag(100, 10, 2));

async function passOf(from: UnpairedLoader, most = Infinity): Promise<number[][]> {
  const read: number[][] = [];
  for await (const { a, b } of from) {
    const flat = async (x: Tensor) => [...(await x.data())].map(Number);
    read.push([...(await flat(a)), ...(await flat(b))]);
    if (read.length >= most) break;
  }
  return read;
}

it("goes through the shorter bag once, each bag in an order of its own, another one each pass", async () => {
  const from = loader();
  expect(from.length).toBe(3);
  const [first, second] = [await passOf(from), await passOf(from)];
  expect(first).toHaveLength(3);
  expect(first.flatMap(([x, y]) => [x!, y!]).toSorted((x, y) => x - y)).toEqual([0, 1, 2, 3, 4, 5]);
  const ofB = first.flatMap((row) => row.slice(2));
  expect(new Set(ofB).size).toBe(6);
  expect(Math.min(...ofB)).toBeGreaterThanOrEqual(100);
  expect(second).not.toEqual(first);
});

it("goes on from where it was left, within a pass and at its end", async () => {
  const whole = loader();
  const passes = [await passOf(whole), await passOf(whole)];
  const left = loader();
  await passOf(left, 2);
  expect(left.state()).toEqual({ epoch: 0, batch: 2 });
  const resumed = loader();
  resumed.loadState(left.state());
  expect(await passOf(resumed)).toEqual(passes[0]!.slice(2));
  expect(resumed.state()).toEqual({ epoch: 1, batch: 0 });
  const later = loader();
  later.loadState(resumed.state());
  expect(await passOf(later)).toEqual(passes[1]);
});

it("refuses bags that always meet in one order", () => {
  expect(() => new UnpairedLoader(bag(0, 6, 1), bag(100, 6, 1))).toThrow(
    "UnpairedLoader: both bags come in one order, so that the same samples always meet: received seeds 1 and 1. Shuffle both, with two seeds.",
  );
  expect(() => new UnpairedLoader(null as never, bag(0, 6, 1))).toThrow("a must be an object");
  expect(() => loader().loadState({ epoch: 0, batch: 3 })).toThrow("batch");
});
