import { cpu } from "@dl/backend-cpu";
import { arange, compile, configure, Generator, type Tensor } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { ImagePool } from "./image-pool.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

/** Pictures of one pixel, each with a number of its own. */
const pictures = (first: number, count: number): Tensor =>
  arange(first, first + count, { dtype: "float32" }).reshape([count, 1]);

const numbersOf = async (x: Tensor): Promise<number[]> => [...((await x.data()) as Float32Array)];

it("gives back what it stores until it is full, also by a batch that is more than what is empty", async () => {
  const pool = new ImagePool(5, [1], { generator: new Generator(1), swapped: 1 });
  expect(await numbersOf(pool.forward(pictures(0, 3)))).toEqual([0, 1, 2]);
  const [third, fourth, fifth] = await numbersOf(pool.forward(pictures(3, 3)));
  expect([third, fourth]).toEqual([3, 4]);
  // Full by now: the last one is swapped, for one that was there before this batch.
  expect([0, 1, 2]).toContain(fifth);
  expect(await pool.count.item()).toBe(5);
});

it("then swaps every second picture in the mean, loses none and shows none twice", async () => {
  const generator = new Generator(2);
  const pool = new ImagePool(10, [1], { generator });
  const shown: number[] = [];
  const step = compile((x: Tensor) => pool.forward(x));
  const batches = 250;
  for (let i = 0; i < batches; i++) shown.push(...(await numbersOf(step(pictures(4 * i, 4)))));
  const stored = await numbersOf(pool.pictures);
  const fresh = shown.filter((number, i) => number === i).length;
  // 1,000 draws of chance ½: a deviation of 16.
  expect(Math.abs((fresh - 10) / 990 - 0.5)).toBeLessThan(0.07);
  // While it fills, a picture is stored and shown: those ten may come again, once.
  const all = [...shown, ...stored].toSorted((a, b) => a - b);
  const early = Array.from({ length: 10 }, (_, i) => i);
  const every = Array.from({ length: 4 * batches }, (_, i) => i);
  expect(all).toEqual([...every, ...early].toSorted((a, b) => a - b));
  // Old ones do come back.
  const ages = shown.map((number, i) => i - number);
  expect(Math.max(...ages)).toBeGreaterThan(20);
  expect(step.report).toMatchObject({ plainInRow: 0 });
});

it("passes pictures unchanged in evaluation, without gradients in training", async () => {
  const pool = new ImagePool(2, [1], { swapped: 1 });
  pool.forward(pictures(0, 2));
  expect(pool.forward(pictures(2, 2).requireGrad()).requiresGrad).toBe(false);
  pool.eval();
  expect(await numbersOf(pool.forward(pictures(7, 2)))).toEqual([7, 8]);
  expect((await numbersOf(pool.pictures)).toSorted((a, b) => a - b)).toEqual([2, 3]);
});

it("goes on from its state", async () => {
  const pool = new ImagePool(3, [1], { swapped: 1 });
  pool.forward(pictures(0, 3));
  const copy = new ImagePool(3, [1], { swapped: 1 });
  copy.loadStateDict(pool.stateDict());
  const shown = await numbersOf(copy.forward(pictures(3, 3)));
  expect(shown.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
});

it("refuses other pictures and more than it holds", () => {
  const pool = new ImagePool(2, [1]);
  expect(() => pool.forward(pictures(0, 3))).toThrow(
    "imagePool: needs at most 2 pictures of shape [1]: received [3, 1]. Make the pool for such pictures, and larger than a batch.",
  );
  expect(() => pool.forward(pictures(0, 2).reshape([1, 2]))).toThrow("of shape [1]");
  expect(() => new ImagePool(2, [1], { swapped: 2 })).toThrow(
    "imagePool: swapped must be a chance between 0 and 1: received 2.",
  );
});
