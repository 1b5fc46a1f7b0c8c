import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  broadcastShapes,
  elementCount,
  formatShape,
  internShape,
  maxElementCount,
  normalizeAxes,
  normalizeAxis,
  shapesEqual,
} from "./shape.ts";

const failure = (name: string, message: string): unknown =>
  expect.objectContaining({ name, message });

test("equal shapes are one frozen object", () => {
  const sizes = [2, 3];
  const shape = internShape(sizes);
  expect(internShape([2, 3])).toBe(shape);
  expect(internShape([3, 2])).not.toBe(shape);
  expect(internShape([2, 3, 1])).not.toBe(shape);
  expect(Object.isFrozen(shape)).toBe(true);
  sizes[0] = 9;
  expect(shape).toEqual([2, 3]);
  expect(internShape([])).toBe(internShape([]));
});

test.each([[[-1]], [[1.5]], [[NaN]], [[Infinity]], [[2, -3]]])("%j is no shape", (sizes) => {
  expect(() => internShape(sizes, "zeros")).toThrow(
    failure(
      "ShapeError",
      `zeros: sizes must be whole numbers of at least 0: received [${sizes.join(", ")}].`,
    ),
  );
});

test("too many elements are refused before anything is allocated", () => {
  expect(() => internShape([65536, 65536], "zeros")).toThrow(
    failure(
      "ShapeError",
      "zeros: [65536, 65536] has 4294967296 elements, more than the limit of 2147483647. Use a smaller shape or work in parts.",
    ),
  );
  expect(() => internShape([65536, 65536], "zeros")).toThrow("more than the limit"); // also the second time
  expect(elementCount(internShape([maxElementCount]))).toBe(maxElementCount);
  expect(elementCount(internShape([1e9, 1e9, 0]))).toBe(0);
});

test("counting, printing, comparing", () => {
  expect([elementCount([]), elementCount([2, 3]), elementCount([2, 0])]).toEqual([1, 6, 0]);
  expect([formatShape([]), formatShape([2, 3])]).toEqual(["[]", "[2, 3]"]);
  expect(shapesEqual([1, 2], [1, 2])).toBe(true);
  expect(shapesEqual([1, 2], [1, 2, 1])).toBe(false);
  expect(shapesEqual([1, 2], [2, 1])).toBe(false);
});

describe("broadcasting", () => {
  test.each([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], [4], [4]],
    [[0], [1], [0]],
    [
      [5, 1, 2],
      [3, 1],
      [5, 3, 2],
    ],
  ])("%j with %j", (a, b, expected) => {
    expect(broadcastShapes(a, b, "add")).toEqual(expected);
    expect(broadcastShapes(b, a, "add")).toBe(internShape(expected));
  });

  test.each([
    [[2, 3], [2]],
    [[0], [2]],
  ])("%j with %j is refused", (a, b) => {
    expect(() => broadcastShapes(a, b, "add")).toThrow(
      failure(
        "ShapeError",
        `add: shapes do not broadcast: left [${a.join(", ")}], right [${b.join(", ")}]. Aligned at the end, sizes must be equal or 1.`,
      ),
    );
  });

  test("is associative, and a shape broadcasts with itself", () => {
    const full = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(full, fc.infiniteStream(fc.boolean()), (shape, ones) => {
        const some = (): number[] => shape.map((size) => (ones.next().value ? 1 : size));
        const [a, b, c] = [some().slice(shape.length >> 1), some(), some()];
        const left = broadcastShapes(broadcastShapes(a, b, "add"), c, "add");
        expect(broadcastShapes(a, broadcastShapes(b, c, "add"), "add")).toBe(left);
        expect(broadcastShapes(left, left, "add")).toBe(left);
      }),
    );
  });
});

describe("axes", () => {
  test("count from either end", () => {
    expect([0, 1, -1, -2].map((axis) => normalizeAxis(axis, 2, "sum"))).toEqual([0, 1, 1, 0]);
    expect(normalizeAxes(undefined, 3, "sum")).toEqual([0, 1, 2]);
    expect(normalizeAxes(-1, 3, "sum")).toEqual([2]);
    expect(normalizeAxes([2, -3], 3, "sum")).toEqual([0, 2]);
    expect(normalizeAxes([], 3, "sum")).toEqual([]);
  });

  test.each([
    [2, 2, "sum: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2."],
    [-3, 2, "sum: axis -3 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2."],
    [1, 1, "sum: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1."],
    [0, 0, "sum: axis 0 is out of range for a tensor with 0 axes. A scalar has no axes."],
    [0.5, 2, "sum: axis 0.5 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2."],
  ])("%d of %d is refused", (axis, ndim, message) => {
    expect(() => normalizeAxis(axis, ndim, "sum")).toThrow(failure("AxisError", message));
  });

  test("the same axis twice is refused", () => {
    expect(() => normalizeAxes([1, -1], 2, "sum")).toThrow(
      failure("AxisError", "sum: axis 1 is named twice: received [1, -1]."),
    );
  });
});
