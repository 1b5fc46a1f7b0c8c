import { beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { reference } from "@dl/backend-reference";
import { configure, tensor, zeros, type SliceRange, type Tensor } from "../index.ts";
import { buildList, countingList, flatList, readList } from "./nested-lists.ts";

beforeAll(() => void configure({ backend: reference() }));

const make = (shape: readonly number[]): Tensor =>
  tensor(new Float32Array(flatList(countingList(shape))), { shape });

/** Python's rule for `range(size)[start:stop:step]`, position by position. */
function pythonRange(size: number, [start, stop, step]: readonly (number | null)[]): number[] {
  const by = step ?? 1;
  const [low, high] = by > 0 ? [0, size] : [-1, size - 1];
  const clip = (end: number): number => Math.min(high, Math.max(low, end < 0 ? end + size : end));
  const from = start === null ? (by > 0 ? low : high) : clip(start!);
  const to = stop === null ? (by > 0 ? high : low) : clip(stop!);
  const found: number[] = [];
  for (let i = from; by > 0 ? i < to : i > to; i += by) found.push(i);
  return found;
}

describe("slice", () => {
  test("as Python's slices, on every axis", async () => {
    const end = fc.option(fc.integer({ min: -7, max: 7 }));
    const step = fc.option(fc.integer({ min: -3, max: 3 }).filter((n) => n !== 0));
    const range = fc.tuple(end, end, step);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), range), { minLength: 1, maxLength: 3 }),
        async (axes) => {
          const shape = axes.map(([size]) => size);
          const taken = axes.map(([size, part]) => pythonRange(size, part));
          const list = countingList(shape);
          const expected = buildList(
            taken.map((positions) => positions.length),
            (place) =>
              readList(
                list,
                place.map((i, axis) => taken[axis]![i]!),
              ),
          );
          expect(
            await make(shape)
              .slice(axes.map(([, part]) => part))
              .toArray(),
          ).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("positions drop axes, and ... stands for the rest", async () => {
    const x = make([2, 3, 4]);
    const list = countingList([2, 3, 4]);
    const at = (...place: number[]): number => readList(list, place);
    expect(await x.slice([1, -1, 0]).toArray()).toEqual(at(1, 2, 0));
    expect(await x.slice([0, [1, 3], -1]).toArray()).toEqual([at(0, 1, 3), at(0, 2, 3)]);
    expect(await x.slice(["...", 2]).toArray()).toEqual(
      buildList([2, 3], ([i, j]) => at(i!, j!, 2)),
    );
    expect(x.slice([1, "...", [0, 1]]).shape).toEqual([3, 1]);
    expect(x.slice([null, undefined]).shape).toEqual([2, 3, 4]);
    expect(x.slice([null]).value).toBe(x.value);
  });

  test("says what is wrong", () => {
    const x = zeros([2, 3]);
    expect(() => x.slice([2])).toThrow(
      "slice: position 2 is out of range for axis 0 of [2, 3]. Use -2 to 1.",
    );
    expect(() => x.slice([0, 0, 0])).toThrow(
      'slice: 3 ranges for a tensor of shape [2, 3]. Give at most one per axis, and "..." once.',
    );
    expect(() => x.slice(["...", 0, "..."])).toThrow('and "..." once.');
    expect(() => x.slice([[0, 2, 0]])).toThrow(
      "slice: a range needs whole numbers and a step other than 0: received [0, 2, 0]. Write [start, stop, step], with null for an end of the axis.",
    );
    expect(() => x.slice([[0.5, 2]] as SliceRange[])).toThrow("received [0.5, 2, null]");
    expect(() => zeros([0]).slice([0])).toThrow("The axis is empty.");
  });
});

test("narrow and select", async () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(await x.narrow(1, 1, 2).toArray()).toEqual([
    [2, 3],
    [5, 6],
  ]);
  expect(await x.narrow(-1, -2, 1).toArray()).toEqual([[2], [5]]);
  expect(x.narrow(0, 2, 0).shape).toEqual([0, 3]);
  expect(await x.select(0, -1).toArray()).toEqual([4, 5, 6]);
  expect(await x.select(1, 0).toArray()).toEqual([1, 4]);
  expect(() => x.narrow(1, 2, 2)).toThrow(
    "narrow: start 2 and length 2 leave axis 1 of [2, 3]. Stay within its 3 positions.",
  );
  expect(() => x.narrow(0, -3, 1)).toThrow("narrow: start -3 and length 1 leave axis 0 of [2, 3].");
  expect(() => x.select(0, 5)).toThrow(
    "select: position 5 is out of range for axis 0 of [2, 3]. Use -2 to 1.",
  );
});

test("flip and roll", async () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(await x.flip().toArray()).toEqual([
    [6, 5, 4],
    [3, 2, 1],
  ]);
  expect(await x.flip(0).flip(0).toArray()).toEqual(await x.toArray());
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: -12, max: 12 }),
      async (size, shift) => {
        const list = countingList([2, size]);
        const expected = buildList([2, size], ([i, j]) =>
          readList(list, [i!, (((j! - shift) % size) + size) % size]),
        );
        expect(await make([2, size]).roll(shift, 1).toArray()).toEqual(expected);
      },
    ),
  );
  expect(() => x.roll(0.5, 0)).toThrow("roll: the shift must be a whole number: received 0.5.");
});
