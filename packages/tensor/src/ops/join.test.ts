import { beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { reference } from "@dl/backend-reference";
import {
  chunk,
  concatenate,
  configure,
  meshgrid,
  repeatInterleave,
  split,
  stack,
  tensor,
  tile,
  unbind,
  zeros,
  type Tensor,
} from "../index.ts";
import { buildList, countingList, flatList, readList } from "./nested-lists.ts";

beforeAll(() => void configure({ backend: reference() }));

const make = (shape: readonly number[], factor = 1): Tensor =>
  tensor(new Float32Array(flatList(countingList(shape, factor))), { shape });

describe("concatenate", () => {
  test("joins along any axis; split takes apart again", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 2 }),
        async (sizes, axis) => {
          const shapes = sizes.map((size) => [2, 3, 2].with(axis, size));
          const lists = shapes.map((shape, i) => countingList(shape, i + 3));
          const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
          const total = sizes.reduce((a, b) => a + b, 0);
          const expected = buildList([2, 3, 2].with(axis, total), (place) => {
            const part = starts.findLastIndex((start, i) => start <= place[axis]! && sizes[i]! > 0);
            return readList(lists[part]!, place.with(axis, place[axis]! - starts[part]!));
          });
          const joined = concatenate(
            shapes.map((shape, i) => make(shape, i + 3)),
            axis - 3,
          );
          expect(await joined.toArray()).toEqual(expected);
          const parts = split(joined, sizes, axis);
          expect(await Promise.all(parts.map((part) => part.toArray()))).toEqual(lists);
        },
      ),
      { numRuns: 80 },
    );
  });

  test("brings types together and joins views", async () => {
    const joined = concatenate([tensor([true, false]), tensor([2, 3], { dtype: "int32" })]);
    expect(joined.dtype).toBe("int32");
    expect(await joined.toArray()).toEqual([1, 0, 2, 3]);
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(await concatenate([x.transpose(0, 1), x.flip(0)], 1).toArray()).toEqual([
      [1, 3, 3, 4],
      [2, 4, 1, 2],
    ]);
    expect(concatenate([x]).value).toBe(x.value);
  });

  test("says what is wrong", () => {
    expect(() => concatenate([zeros([2, 3]), zeros([2, 4])], 0)).toThrow(
      "concatenate: shapes differ outside axis 0: [2, 3] and [2, 4]. Make all other sizes equal.",
    );
    expect(() => concatenate([])).toThrow("concatenate: needs at least one tensor: received none.");
    expect(() => concatenate([tensor(1), tensor(2)])).toThrow("A scalar has no axes.");
    expect(() => stack([zeros([2]), zeros([3])])).toThrow(
      "stack: shapes differ: [2] and [3]. Stacked tensors must have one shape.",
    );
  });
});

test("tensors of two backends are refused", () => {
  expect(() => concatenate([zeros([2]), zeros([2], { backend: reference() })])).toThrow(
    "concatenate: tensors live on different backends: reference and reference.",
  );
});

test("stack and unbind", async () => {
  const parts = [tensor([1, 2]), tensor([3, 4]), tensor([5, 6])];
  expect(await stack(parts).toArray()).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(await stack(parts, -1).toArray()).toEqual([
    [1, 3, 5],
    [2, 4, 6],
  ]);
  const again = unbind(stack(parts, 1), 1);
  expect(await Promise.all(again.map((part) => part.toArray()))).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(stack([tensor(1), tensor(2)]).shape).toEqual([2]);
});

test("split and chunk", () => {
  const shapes = (parts: readonly Tensor[]): unknown => parts.map(({ shape }) => shape);
  expect(shapes(split(zeros([5, 2]), 2))).toEqual([
    [2, 2],
    [2, 2],
    [1, 2],
  ]);
  expect(shapes(split(zeros([5]), [1, 0, 4]))).toEqual([[1], [0], [4]]);
  expect(shapes(chunk(zeros([2, 7]), 3, 1))).toEqual([
    [2, 3],
    [2, 3],
    [2, 1],
  ]);
  expect(shapes(chunk(zeros([6]), 4))).toEqual([[2], [2], [2]]);
  expect(shapes(split(zeros([0]), 2))).toEqual([[0]]);
  expect(() => split(zeros([5]), [2, 2])).toThrow(
    "split: sizes must be whole numbers of at least 0 that add up to 5, the size of axis 0 of [5]: received [2, 2].",
  );
  expect(() => split(zeros([5]), 0)).toThrow(
    "split: the size of a part must be a whole number of at least 1: received 0.",
  );
  expect(() => chunk(zeros([5]), 0)).toThrow("chunk: the number of parts");
});

test("tile and repeatInterleave", async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(await tile(x, [2]).toArray()).toEqual([
    [1, 2, 1, 2],
    [3, 4, 3, 4],
  ]);
  expect(await tile(x, [2, 1]).toArray()).toEqual([
    [1, 2],
    [3, 4],
    [1, 2],
    [3, 4],
  ]);
  expect(await tile(tensor([1, 2]), [2, 2]).toArray()).toEqual([
    [1, 2, 1, 2],
    [1, 2, 1, 2],
  ]);
  expect(await repeatInterleave(x, 2, 1).toArray()).toEqual([
    [1, 1, 2, 2],
    [3, 3, 4, 4],
  ]);
  expect(await repeatInterleave(x, 2, 0).toArray()).toEqual([
    [1, 2],
    [1, 2],
    [3, 4],
    [3, 4],
  ]);
  expect(repeatInterleave(x, 0, 0).shape).toEqual([0, 2]);
  expect(() => tile(x, [-1])).toThrow(
    "tile: counts must be whole numbers of at least 0: received -1.",
  );
});

test("meshgrid", async () => {
  const [rows, columns] = meshgrid([tensor([1, 2]), tensor([3, 4, 5])]);
  expect(await rows!.toArray()).toEqual([
    [1, 1, 1],
    [2, 2, 2],
  ]);
  expect(await columns!.toArray()).toEqual([
    [3, 4, 5],
    [3, 4, 5],
  ]);
  expect(() => meshgrid([zeros([2, 2])])).toThrow("meshgrid: needs tensors with at most one axis");
});
