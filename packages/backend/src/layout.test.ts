import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  coalesceAxes,
  contiguousLayout,
  contiguousStrides,
  expandLayout,
  internLayout,
  permuteLayout,
  reshapeLayout,
  sliceLayout,
  type Layout,
} from "./layout.ts";
import { elementCount, type Shape } from "./shape.ts";

/** Where each element lies, in row-major order. */
function places(shape: Shape, strides: readonly number[], offset = 0): number[] {
  let found = [offset];
  shape.forEach((size, axis) => {
    found = found.flatMap((place) =>
      Array.from({ length: size }, (_, i) => place + i * strides[axis]!),
    );
  });
  return found;
}
const placesOf = ({ shape, strides }: Layout, offset = 0): number[] =>
  places(shape, strides, offset);

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
/** A contiguous layout after some slicing, permuting and broadcasting. */
const layouts: fc.Arbitrary<Layout> = fc
  .tuple(shapes, fc.array(fc.nat(100), { minLength: 12, maxLength: 12 }))
  .map(([shape, choices]) => {
    const ndim = shape.length;
    const steps = shape.map((_, axis) => [1, 1, 2, -1][choices[axis]! % 4]!);
    const sizes = shape.map((size, axis) => Math.ceil(size / Math.abs(steps[axis]!)));
    const starts = shape.map((size, axis) => (steps[axis]! < 0 ? size - 1 : 0));
    const sliced = sliceLayout(contiguousLayout(shape), starts, sizes, steps).layout;
    const axes = sizes
      .map((_, axis) => axis)
      .toSorted((a, b) => choices[4 + a]! - choices[4 + b]! || a - b);
    const permuted = choices[11]! % 2 === 0 ? permuteLayout(sliced, axes) : sliced;
    if (choices[10]! % 3 > 0) return permuted;
    const wider = permuted.shape.map((size, axis) =>
      size === 1 ? 1 + (choices[8 - axis]! % 3) : size,
    );
    return expandLayout(permuted, ndim < 4 ? [2, ...wider] : wider);
  });

test("equal layouts are one object with one id", () => {
  const layout = internLayout([2, 3], [3, 1]);
  expect(internLayout([2, 3], [3, 1])).toBe(layout);
  expect(contiguousLayout([2, 3])).toBe(layout);
  expect(internLayout([2, 3], [1, 2])).not.toBe(layout);
  expect(internLayout([2, 3], [1, 2]).id).not.toBe(layout.id);
  // [1, 2] with strides [3, 4] is not the shape [1] with strides [2, 3, 4], however it is walked.
  expect(internLayout([1, 2], [3, 4])).not.toBe(internLayout([1], [2]));
});

test("contiguous: row-major without gaps, whatever the strides of single positions", () => {
  expect(contiguousStrides([2, 3, 4])).toEqual([12, 4, 1]);
  expect(contiguousStrides([])).toEqual([]);
  expect(internLayout([1, 3], [77, 1]).isContiguous).toBe(true);
  expect(internLayout([2, 3], [3, 2]).isContiguous).toBe(false);
  expect(internLayout([2, 3], [0, 1]).isContiguous).toBe(false);
  expect(internLayout([3], [-1]).isContiguous).toBe(false);
  expect(internLayout([0, 3], [5, 5]).isContiguous).toBe(true);
  expect(internLayout([], []).isContiguous).toBe(true);
  fc.assert(
    fc.property(layouts, (layout) => {
      const inOrder = placesOf(layout).every((place, i) => place === i);
      expect(layout.isContiguous).toBe(inOrder);
      expect(layout.elementCount).toBe(placesOf(layout).length);
    }),
  );
});

test("permute moves the axes", () => {
  const layout = permuteLayout(contiguousLayout([2, 3, 4]), [2, 0, 1]);
  expect(layout.shape).toEqual([4, 2, 3]);
  expect(layout.strides).toEqual([1, 12, 4]);
});

describe("expand", () => {
  test("new and stretched axes have stride 0", () => {
    const layout = expandLayout(contiguousLayout([3, 1]), [2, 3, 4]);
    expect(layout.shape).toEqual([2, 3, 4]);
    expect(layout.strides).toEqual([0, 1, 0]);
    expect(expandLayout(contiguousLayout([]), [2]).strides).toEqual([0]);
    expect(expandLayout(contiguousLayout([1]), [0]).shape).toEqual([0]);
  });

  test("to its own shape is itself", () => {
    const layout = permuteLayout(contiguousLayout([2, 3]), [1, 0]);
    expect(expandLayout(layout, [3, 2])).toBe(layout);
  });

  test("reads what indexing with the stretched axes left out reads", () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 1, max: 3 }), (layout, lead) => {
        const shape = [lead, ...layout.shape.map((size) => (size === 1 ? 2 : size))];
        const positions = (sizes: Shape): number[][] =>
          sizes.reduce<number[][]>(
            (list, size) => list.flatMap((p) => Array.from({ length: size }, (_, i) => [...p, i])),
            [[]],
          );
        const expected = positions(shape).map(([, ...position]) =>
          position.reduce(
            (sum, p, axis) => sum + (layout.shape[axis] === 1 ? 0 : p * layout.strides[axis]!),
            0,
          ),
        );
        expect(placesOf(expandLayout(layout, shape)).map((p) => p + 0)).toEqual(expected);
      }),
    );
  });
});

describe("slice", () => {
  test("forwards, backwards, by steps", () => {
    const table = contiguousLayout([4, 5]);
    const { layout, offset } = sliceLayout(table, [3, 1], [2, 2], [-2, 3]);
    expect(layout.strides).toEqual([-10, 3]);
    expect(offset).toBe(16);
    expect(placesOf(layout, offset)).toEqual([16, 19, 6, 9]);
  });

  test("nothing left has offset 0", () => {
    const { layout, offset } = sliceLayout(contiguousLayout([4, 5]), [4, 5], [0, 5], [1, 1]);
    expect(offset).toBe(0);
    expect(layout.elementCount).toBe(0);
  });

  test("a broadcast axis backwards keeps stride 0, not -0", () => {
    const { layout } = sliceLayout(expandLayout(contiguousLayout([1]), [97]), [96], [95], [-1]);
    expect(layout.strides).toEqual([0]);
  });

  test("of a slice reads what slicing the list twice reads", () => {
    fc.assert(
      fc.property(
        layouts,
        fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
        (layout, n) => {
          const ranges = layout.shape.map((size, axis) => {
            const start = n[4 * axis]! % size;
            const step = [1, 2, -1, -3][n[4 * axis + 1]! % 4]!;
            const room = step > 0 ? size - start : start + 1;
            return { start, step, size: n[4 * axis + 2]! % (Math.ceil(room / Math.abs(step)) + 1) };
          });
          const sliced = sliceLayout(
            layout,
            ranges.map(({ start }) => start),
            ranges.map(({ size }) => size),
            ranges.map(({ step }) => step),
          );
          let expected = [0];
          ranges.forEach(({ start, step, size }, axis) => {
            expected = expected.flatMap((place) =>
              Array.from(
                { length: size },
                (_, i) => place + (start + i * step) * layout.strides[axis]!,
              ),
            );
          });
          expect(placesOf(sliced.layout, sliced.offset)).toEqual(expected);
        },
      ),
    );
  });
});

describe("reshape", () => {
  test.each<[string, Layout, number[], number[] | undefined]>([
    ["contiguous", contiguousLayout([2, 6]), [3, 4], [4, 1]],
    ["splitting an axis of a transpose", internLayout([6, 2], [1, 6]), [2, 3, 2], [3, 1, 6]],
    ["joining the axes of a transpose", internLayout([3, 2], [1, 3]), [6], undefined],
    ["joining broadcast axes", internLayout([2, 3, 4], [0, 0, 1]), [6, 4], [0, 1]],
    ["a reversed line", internLayout([6], [-1]), [2, 3], [-3, -1]],
    ["an empty tensor", internLayout([0, 3], [1, 7]), [3, 0], [0, 1]],
    ["to a scalar", internLayout([1, 1], [5, 7]), [], []],
  ])("%s", (_name, layout, shape, strides) => {
    expect(reshapeLayout(layout, shape)?.strides).toEqual(strides);
  });

  test("gives the same walk, exactly when strides can give it", () => {
    const factored = layouts.chain((layout) =>
      fc.tuple(fc.constant(layout), factorisations(layout.elementCount)),
    );
    fc.assert(
      fc.property(factored, ([layout, shape]) => {
        const walk = placesOf(layout);
        // What the strides must be, if strides can do it at all.
        const unit = contiguousStrides(shape);
        const needed = shape.map((size, axis) => (size === 1 ? 0 : walk[unit[axis]!]! - walk[0]!));
        const exists = places(shape, needed).every((place, i) => place === walk[i]);
        const reshaped = reshapeLayout(layout, shape);
        expect(reshaped !== undefined).toBe(exists);
        if (reshaped !== undefined) {
          expect(reshaped.shape).toEqual(shape);
          expect(placesOf(reshaped)).toEqual(walk);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("there and back", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const line = reshapeLayout(layout, [layout.elementCount]);
        if (line !== undefined)
          expect(placesOf(reshapeLayout(line, layout.shape)!)).toEqual(placesOf(layout));
      }),
    );
  });
});

/** Shapes with this many elements, ones included. */
function factorisations(count: number): fc.Arbitrary<number[]> {
  const divisors = Array.from({ length: count }, (_, i) => i + 1).filter((d) => count % d === 0);
  return fc
    .tuple(fc.constantFrom(...divisors), fc.nat(3))
    .chain(([first, more]) =>
      more === 0 || count === 1
        ? fc.constantFrom<number[]>([count], [1, count], [count, 1])
        : factorisations(count / first).map((rest) => [first, ...rest].slice(0, 8)),
    )
    .filter((shape) => elementCount(shape) === count);
}

describe("coalesceAxes", () => {
  test.each([
    [
      "two contiguous operands",
      [2, 3, 4],
      [
        [12, 4, 1],
        [12, 4, 1],
      ],
      [24],
      [[1], [1]],
    ],
    [
      "a row added to a table",
      [2, 3, 4],
      [
        [12, 4, 1],
        [0, 0, 1],
      ],
      [6, 4],
      [
        [4, 1],
        [0, 1],
      ],
    ],
    ["single positions go", [1, 3, 1], [[9, 1, 5]], [3], [[1]]],
    ["a scalar", [], [[]], [], [[]]],
    ["no operands", [2, 3], [], [6], []],
  ])("%s", (_name, shape, strides, sizes, joined) => {
    expect(coalesceAxes(shape, strides)).toEqual({ shape: sizes, strides: joined });
  });

  test("keeps every operand's walk, and finds nothing more the second time", () => {
    const pairs = layouts.chain((layout) =>
      fc.tuple(
        fc.constant(layout),
        fc.array(fc.constantFrom(0, 1, 2, 6, -1), {
          minLength: layout.shape.length,
          maxLength: layout.shape.length,
        }),
      ),
    );
    fc.assert(
      fc.property(pairs, ([layout, other]) => {
        const operands = [layout.strides, contiguousStrides(layout.shape), other];
        const joined = coalesceAxes(layout.shape, operands);
        operands.forEach((strides, i) =>
          expect(places(joined.shape, joined.strides[i]!)).toEqual(places(layout.shape, strides)),
        );
        expect(coalesceAxes(joined.shape, joined.strides)).toEqual(joined);
      }),
    );
  });
});
