import { beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { reference } from "@dl/backend-reference";
import {
  configure,
  expand,
  flatten,
  squeeze,
  tensor,
  unflatten,
  unsqueeze,
  zeros,
  type Tensor,
} from "../index.ts";
import { buildList, countingList, flatList, readList, type NestedList } from "./nested-lists.ts";

beforeAll(() => void configure({ backend: reference() }));

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const make = (shape: readonly number[]): Tensor =>
  tensor(new Float32Array(flatList(countingList(shape))), { shape });

describe("reshape", () => {
  test("keeps the row-major order, also of what lies out of order", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await x.reshape([3, 2]).toArray()).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(await x.transpose(0, 1).reshape([-1]).toArray()).toEqual([1, 4, 2, 5, 3, 6]);
    expect(await x.transpose(0, 1).reshape([3, 1, 2]).toArray()).toEqual([
      [[1, 4]],
      [[2, 5]],
      [[3, 6]],
    ]);
    expect(
      await x
        .slice([null, [null, null, -1]])
        .reshape([6])
        .toArray(),
    ).toEqual([3, 2, 1, 6, 5, 4]);
    expect(x.reshape([2, 3]).value).toBe(x.value);
    expect(await tensor(5).reshape([1, 1]).toArray()).toEqual([[5]]);
    expect(zeros([0, 3]).reshape([3, 0, 2]).shape).toEqual([3, 0, 2]);
  });

  test("any view flattens in row-major order", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.infiniteStream(fc.nat()), async (shape, choices) => {
        let x = make(shape);
        const pick = (): number => choices.next().value as number;
        if (x.ndim > 1) x = x.transpose(pick() % x.ndim, pick() % x.ndim);
        if (x.ndim > 0) x = x.flip(pick() % x.ndim);
        x = x.unsqueeze(pick() % (x.ndim + 1));
        x = expand(
          x,
          x.shape.map((size) => (size === 1 ? 1 + (pick() % 3) : size)),
        );
        const nested = await x.toArray<NestedList>();
        expect(await x.reshape([x.elementCount]).toArray()).toEqual(flatList(nested));
        expect(
          await x
            .reshape([...x.shape, 1])
            .squeeze(x.ndim)
            .toArray(),
        ).toEqual(nested);
      }),
      { numRuns: 60 },
    );
  });

  test("says what does not fit", () => {
    expect(() => zeros([2, 3]).reshape([4, -1])).toThrow(
      "reshape: [2, 3] has 6 elements and cannot become [4, -1]. The sizes must multiply to 6; one of them may be -1.",
    );
    expect(() => zeros([2, 3]).reshape([-1, -1])).toThrow("reshape: sizes must be whole numbers");
    expect(() => zeros([0]).reshape([0, -1])).toThrow("reshape: [0] has 0 elements");
    expect(() => zeros([2]).reshape([1.5])).toThrow("reshape: sizes must be whole numbers");
  });
});

test("flatten and unflatten", () => {
  expect(flatten(zeros([2, 3, 4])).shape).toEqual([24]);
  expect(flatten(zeros([2, 3, 4]), 1).shape).toEqual([2, 12]);
  expect(flatten(zeros([2, 3, 4]), 0, -2).shape).toEqual([6, 4]);
  expect(flatten(tensor(1)).shape).toEqual([1]);
  expect(unflatten(zeros([8, 48]), -1, [3, -1, 4]).shape).toEqual([8, 3, 4, 4]);
  expect(() => flatten(zeros([2, 3]), 1, 0)).toThrow(
    "flatten: the last axis lies before the first: start 1, end 0, shape [2, 3]. Give them from front to back.",
  );
  expect(() => unflatten(zeros([6]), 0, [4, 2])).toThrow(
    "unflatten: [6] has 6 elements and cannot become [4, 2].",
  );
});

test("squeeze and unsqueeze", () => {
  expect(squeeze(zeros([1, 3, 1])).shape).toEqual([3]);
  expect(squeeze(zeros([1, 3, 1]), [0, 1]).shape).toEqual([3, 1]);
  expect(unsqueeze(zeros([3, 4]), -1).shape).toEqual([3, 4, 1]);
  expect(unsqueeze(zeros([3, 4]), [0, 2]).shape).toEqual([1, 3, 1, 4]);
  expect(unsqueeze(zeros([3, 4]), [0, -1]).shape).toEqual([1, 3, 4, 1]);
  expect(() => unsqueeze(zeros([3]), 2)).toThrow("unsqueeze: axis 2 is out of range");
  expect(() => squeeze(zeros([3]), 1)).toThrow(
    "squeeze: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1.",
  );
});

test("expand repeats axes of size 1", async () => {
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
      async (shape, lead) => {
        const list = countingList(shape);
        const target = [...lead, ...shape.map((size) => (size === 1 ? 3 : size))];
        const expected = buildList(target, (place) =>
          readList(
            list,
            place.slice(lead.length).map((i, axis) => (shape[axis] === 1 ? 0 : i)),
          ),
        );
        expect(await make(shape).expand(target).toArray()).toEqual(expected);
      },
    ),
    { numRuns: 50 },
  );
  expect(tensor([[1], [2]]).expand([4, -1, 3]).shape).toEqual([4, 2, 3]);
  expect(() => zeros([2, 3]).expand([2, 4])).toThrow(
    "expand: [2, 3] cannot be stretched to [2, 4]. Aligned at the end, each size must be 1 or stay as it is; -1 keeps a size and cannot name a new axis.",
  );
  expect(() => zeros([3]).expand([-1, 3])).toThrow("expand: [3] cannot be stretched to [-1, 3].");
  expect(() => zeros([2, 3]).expand([3])).toThrow("expand: [2, 3] cannot be stretched to [3].");
});

describe("permute", () => {
  test("moves axes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
        async (axes, shape) => {
          const list = countingList(shape);
          const expected = buildList(
            axes.map((axis) => shape[axis]!),
            (place) =>
              readList(
                list,
                shape.map((_, axis) => place[axes.indexOf(axis)]!),
              ),
          );
          const moved = make(shape).permute(axes);
          expect(await moved.toArray()).toEqual(expected);
          const back = [0, 1, 2, 3].map((axis) => axes.indexOf(axis));
          expect(await moved.permute(back).toArray()).toEqual(list);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("the short forms", () => {
    const x = zeros([2, 3, 4]);
    expect(x.transpose(0, -1).shape).toEqual([4, 3, 2]);
    expect(x.matrixTranspose().shape).toEqual([2, 4, 3]);
    expect(x.moveAxis(-1, 0).shape).toEqual([4, 2, 3]);
    expect(x.moveAxis(0, 2).shape).toEqual([3, 4, 2]);
    expect(x.permute([-3, 1, 2]).value).toBe(x.value);
  });

  test("says what is wrong", () => {
    const x = zeros([2, 3]);
    expect(() => x.permute([0])).toThrow(
      "permute: needs all 2 axes of [2, 3]: received [0]. Name each axis once.",
    );
    expect(() => x.permute([0, -2])).toThrow("permute: axis 0 is named twice: received [0, -2].");
    expect(() => x.transpose(0, 2)).toThrow(
      "transpose: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.",
    );
    expect(() => zeros([2]).matrixTranspose()).toThrow(
      "matrixTranspose: needs at least 2 axes, got shape [2]. Make one with reshape or unsqueeze.",
    );
  });
});
