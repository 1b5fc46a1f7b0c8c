import { beforeAll, expect, test } from "vitest";
import fc from "fast-check";
import { reference } from "@dl/backend-reference";
import { configure, tensor, zeros, type PadMode, type PadPair } from "../index.ts";
import { buildList, countingList, flatList, readList } from "./nested-lists.ts";

beforeAll(() => void configure({ backend: reference() }));

/** Where the element at position i of the padded axis comes from; undefined is the constant. */
const source: { readonly [Mode in PadMode]: (i: number, size: number) => number | undefined } = {
  constant: (i, size) => (i >= 0 && i < size ? i : undefined),
  reflect: (i, size) => (i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i),
  replicate: (i, size) => Math.min(Math.max(i, 0), size - 1),
  circular: (i, size) => (i + size) % size,
};

test("every mode, on every axis", async () => {
  const axisOf = fc
    .integer({ min: 1, max: 4 })
    .chain((size) =>
      fc.tuple(
        fc.constant(size),
        fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 0, max: size - 1 })),
      ),
    );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<PadMode>("constant", "reflect", "replicate", "circular"),
      fc.array(axisOf, { minLength: 1, maxLength: 3 }),
      async (mode, axes) => {
        const shape = axes.map(([size]) => size);
        const list = countingList(shape);
        const expected = buildList(
          axes.map(([size, [before, after]]) => before + size + after),
          (place) => {
            const from = place.map((i, axis) => source[mode](i - axes[axis]![1][0], shape[axis]!));
            return from.includes(undefined) ? 7 : readList(list, from as number[]);
          },
        );
        const x = tensor(new Float32Array(flatList(list)), { shape });
        const padded = x.pad(
          axes.map(([, pair]) => pair),
          { mode, value: 7 },
        );
        expect(await padded.toArray()).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
});

test("fewer pairs belong to the last axes", async () => {
  expect(
    zeros([2, 3, 4]).pad([
      [1, 0],
      [2, 2],
    ]).shape,
  ).toEqual([2, 4, 8]);
  const x = zeros([2]);
  expect(x.pad([[0, 0]]).value).toBe(x.value);
  expect(
    await tensor([1])
      .pad([[1, 0]], { value: -Infinity })
      .toArray(),
  ).toEqual([-Infinity, 1]);
});

test("says what is wrong", () => {
  const x = zeros([2, 3]);
  expect(() =>
    x.pad([
      [1, 2],
      [0, 0],
      [1, 1],
    ]),
  ).toThrow(
    "pad: 3 pairs for a tensor of shape [2, 3]: received [[1, 2], [0, 0], [1, 1]]. Give at most one per axis.",
  );
  expect(() => x.pad([1, 2] as unknown as PadPair[])).toThrow(
    "pad: needs pairs [before, after] of whole numbers of at least 0: received [1, 2]. Cut with slice or narrow.",
  );
  expect(() => x.pad([[-1, 0]])).toThrow("received [[-1, 0]]");
  expect(() => x.pad([[3, 0]], { mode: "reflect" })).toThrow(
    "pad: reflect cannot add [3, 0] to axis 1 of [2, 3]. At most 2 on each side.",
  );
  expect(() => x.pad([[1, 0]], { mode: "mirror" as PadMode })).toThrow(
    'pad: mode must be "constant", "reflect", "replicate" or "circular": received "mirror".',
  );
  expect(() => x.cast("int32").pad([[1, 0]], { value: 0.5 })).toThrow(
    "pad: 0.5 does not fit int32 (whole numbers -2147483648 to 2147483647).",
  );
});
