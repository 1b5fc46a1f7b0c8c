import { beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { reference } from "@dl/backend-reference";
import {
  configure,
  diagonal,
  diagonalMatrix,
  gather,
  indexAdd,
  indexSelect,
  maskedSelect,
  nonzero,
  oneHot,
  ones,
  scatter,
  scatterAdd,
  take,
  tensor,
  trace,
  tril,
  triu,
  zeros,
  type Tensor,
} from "../index.ts";
import { buildList, countingList, flatList, readList } from "./nested-lists.ts";

beforeAll(() => void configure({ backend: reference() }));

const make = (shape: readonly number[], factor = 1): Tensor =>
  tensor(new Float32Array(flatList(countingList(shape, factor))), { shape });
const int = (values: number[] | number[][]): Tensor => tensor(values, { dtype: "int32" });

/** A shape, an axis, and indices (some negative) that fit beside it. */
const indexing = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    length: fc.integer({ min: 0, max: 5 }),
    picks: fc.infiniteStream(fc.nat()),
  })
  .map(({ shape, length, picks }) => {
    const pick = (): number => picks.next().value as number;
    const axis = pick() % shape.length;
    const beside = shape.map((size, i) => (i === axis ? length : 1 + (pick() % size)));
    const size = shape[axis]!;
    const indices = buildList(beside, () => (pick() % (2 * size)) - size);
    return { shape, axis, beside, indices };
  });

const front = (index: number, size: number): number => (index < 0 ? index + size : index);

describe("gather and scatter", () => {
  test("against loops", async () => {
    await fc.assert(
      fc.asyncProperty(indexing, async ({ shape, axis, beside, indices }) => {
        const list = countingList(shape);
        const x = make(shape);
        const at = tensor(new Int32Array(flatList(indices)), { shape: beside });
        const target = (place: readonly number[]): number[] =>
          place.with(axis, front(readList(indices, place), shape[axis]!));
        expect(await gather(x, axis, at).toArray()).toEqual(
          buildList(beside, (place) => readList(list, target(place))),
        );
        const source = countingList(beside, 5);
        const added = structuredClone(list);
        const replaced = structuredClone(list);
        buildList(beside, (place) => {
          const to = target(place);
          const [last] = to.slice(-1);
          const row = (nested: typeof list): number[] =>
            to
              .slice(0, -1)
              .reduce<unknown>((part, i) => (part as unknown[])[i], nested) as number[];
          row(added)[last!]! += readList(source, place);
          row(replaced)[last!] = readList(source, place);
          return 0;
        });
        const from = make(beside, 5);
        expect(await scatterAdd(x, axis, at, from).toArray()).toEqual(added);
        expect(await scatter(x, axis, at, from).toArray()).toEqual(replaced);
      }),
      { numRuns: 150 },
    );
  });

  test("a number as source, and views as operands", async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]).transpose(0, 1);
    expect(await gather(x, 0, int([[1, -2]])).toArray()).toEqual([[2, 3]]);
    expect(await scatter(x, 1, int([[0], [1]]), 9).toArray()).toEqual([
      [9, 3],
      [2, 9],
    ]);
    expect(await scatterAdd(zeros([3]), 0, int([2, 2]), 1).toArray()).toEqual([0, 0, 2]);
    expect(await gather(x, 1, int([[0], [1]]).cast("uint32")).toArray()).toEqual([[1], [4]]);
  });

  test("says what is wrong", () => {
    const x = zeros([2, 3]);
    expect(() => gather(x, 1, zeros([2, 1]))).toThrow(
      'gather: indices must be int32, got float32. Convert with indices.cast("int32").',
    );
    expect(() => gather(x, 1, tensor([[true]]))).toThrow("Select by a mask with maskedSelect.");
    expect(() => gather(x, 1, int([[0], [0], [0]]))).toThrow(
      "gather: indices [3, 1] do not fit beside [2, 3]. They need as many axes, none larger except axis 1.",
    );
    expect(() => gather(zeros([0]), 0, int([0]))).toThrow(
      "gather: axis 0 of [0] is empty, so no index is in range.",
    );
    expect(() => scatter(x, 1, int([[0]]), zeros([1, 2]))).toThrow(
      "scatter: the source has shape [1, 2], but the indices ask for [1, 1]. Expand or slice it.",
    );
    expect(() => scatterAdd(x, 1, int([[0]]), int([[1]]))).toThrow(
      'scatterAdd: the source is int32, the tensor float32. Convert with source.cast("float32").',
    );
  });
});

describe("whole slices", () => {
  test("indexSelect, indexAdd and take", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await indexSelect(x, 1, [2, -3, 2]).toArray()).toEqual([
      [3, 1, 3],
      [6, 4, 6],
    ]);
    expect(await indexSelect(x, 0, int([-1])).toArray()).toEqual([[4, 5, 6]]);
    expect(indexSelect(x, 1, []).shape).toEqual([2, 0]);
    expect(await indexAdd(x, 1, [0, 0], ones([2, 2])).toArray()).toEqual([
      [3, 2, 3],
      [6, 5, 6],
    ]);
    expect(
      await take(
        x,
        int([
          [5, 0],
          [-1, 1],
        ]),
      ).toArray(),
    ).toEqual([
      [6, 1],
      [6, 2],
    ]);
    expect(await take(x, [3]).toArray()).toEqual([4]);
  });

  test("plain numbers are checked", () => {
    const x = zeros([2, 3]);
    expect(() => indexSelect(x, 1, [3])).toThrow(
      "indexSelect: index 3 is out of range for axis 1 of [2, 3]. Use -3 to 2.",
    );
    expect(() => indexSelect(x, 0, [0.5])).toThrow("index 0.5 is out of range");
    expect(() => take(x, [6])).toThrow("index 6 is out of range for axis 0 of [6].");
    expect(() => indexSelect(x, 0, int([[0]]))).toThrow(
      "indexSelect: indices must have one axis, got [1, 1]. Use flatten(), or gather for one index per element.",
    );
    expect(() => indexAdd(x, 0, [0], zeros([1, 2]))).toThrow(
      "indexAdd: the source has shape [1, 2], but the indices ask for [1, 3]. Expand or slice it.",
    );
  });
});

describe("masks", () => {
  test("maskedFill broadcasts", async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(await x.maskedFill(tensor([true, false]), -Infinity).toArray()).toEqual([
      [-Infinity, 2],
      [-Infinity, 4],
    ]);
    expect(() => x.maskedFill(zeros([2]), 0)).toThrow(
      'maskedFill: the mask must be bool, got float32. Convert with x.cast("bool").',
    );
    expect(() => int([1]).maskedFill(tensor([true]), 0.5)).toThrow(
      "maskedFill: 0.5 does not fit int32 (whole numbers -2147483648 to 2147483647).",
    );
  });

  test("maskedSelect and nonzero read the mask", async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const chosen = await maskedSelect(
      x.transpose(0, 1),
      tensor([
        [true, false],
        [true, true],
      ]),
    );
    expect(await chosen.toArray()).toEqual([1, 2, 4]);
    expect(await (await maskedSelect(x, tensor([false, true]))).toArray()).toEqual([2, 4]);
    expect((await maskedSelect(x, tensor(false))).shape).toEqual([0]);
    const found = await nonzero(
      tensor([
        [0, 1],
        [2, 0],
      ]),
    );
    expect(found.dtype).toBe("int32");
    expect(await found.toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect((await nonzero(tensor(3))).shape).toEqual([1, 0]);
  });

  test("oneHot", async () => {
    const rows = oneHot(int([2, 0]), 3);
    expect(await rows.toArray()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    for (const label of [3, -1]) {
      expect(() => oneHot(int([label]), 3)).toThrow(
        `oneHot: label ${label} is no class: there are 3. Labels count from 0 to 2.`,
      );
      const computed = int([label - 1]).add(1);
      await expect((async () => oneHot(computed, 3).data())()).rejects.toThrow(
        `index ${label} is out of range for an axis of 3.`,
      );
    }
    expect(await oneHot(int([[1]]), 2, "bool").toArray()).toEqual([[[false, true]]]);
    // Fused into a reduction, positions must still be those of the one-hot tensor.
    expect(
      await oneHot(int([2, 0]), 3)
        .mul(tensor([5, 6, 7]))
        .sum(1)
        .toArray(),
    ).toEqual([7, 5]);
    expect(() => oneHot(zeros([2]), 3)).toThrow("oneHot: labels must be int32, got float32.");
    expect(() => oneHot(int([0]), 0)).toThrow("oneHot: the number of classes must be");
  });
});

test("triangles and diagonals", async () => {
  const sizes = fc.integer({ min: 0, max: 4 });
  await fc.assert(
    fc.asyncProperty(sizes, sizes, fc.integer({ min: -5, max: 5 }), async (m, n, offset) => {
      const list = countingList([2, m, n]);
      const x = make([2, m, n]);
      const keep = (is: (i: number, j: number) => boolean): unknown =>
        buildList([2, m, n], (place) => (is(place[1]!, place[2]!) ? readList(list, place) : 0));
      expect(await tril(x, offset).toArray()).toEqual(keep((i, j) => j - i <= offset));
      expect(await triu(x, offset).toArray()).toEqual(keep((i, j) => j - i >= offset));
      const on: number[] = [];
      for (let i = 0; i < m; i++) if (i + offset >= 0 && i + offset < n) on.push(i);
      expect(await diagonal(x, offset).toArray()).toEqual(
        buildList([2, on.length], ([b, k]) => readList(list, [b!, on[k!]!, on[k!]! + offset])),
      );
    }),
    { numRuns: 150 },
  );
  expect(
    await trace(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ).item(),
  ).toBe(5);
  expect(
    await diagonalMatrix(
      tensor([
        [1, 2],
        [3, Infinity],
      ]),
    ).toArray(),
  ).toEqual([
    [
      [1, 0],
      [0, 2],
    ],
    [
      [3, 0],
      [0, Infinity],
    ],
  ]);
  expect(await diagonalMatrix(tensor([5])).toArray()).toEqual([[5]]);
  expect(() => tril(zeros([2]))).toThrow(
    "tril: needs at least 2 axes, got shape [2]. Make one with reshape or unsqueeze.",
  );
});
