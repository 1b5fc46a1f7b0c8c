import { reference } from "@dl/backend-reference";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { configure, tensor, zeros, type Tensor } from "../index.ts";

beforeAll(() => void configure({ backend: reference() }));

const grid = (): Tensor =>
  tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

describe("sums and means", () => {
  test("over all axes, one, several, none", async () => {
    expect(await grid().sum().toArray()).toBe(21);
    expect(await grid().sum(0).toArray()).toEqual([5, 7, 9]);
    expect(await grid().sum(-1, { keepDims: true }).toArray()).toEqual([[6], [15]]);
    expect(await grid().sum([0, 1], { keepDims: true }).toArray()).toEqual([[21]]);
    expect(await grid().sum([]).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await grid().mean(1).toArray()).toEqual([2, 5]);
    expect(await tensor(3).mean().item()).toBe(3);
  });

  test("integers stay int32 and bool becomes int32", async () => {
    const flags = tensor([true, true, false]);
    expect(flags.sum().dtype).toBe("int32");
    expect(await flags.sum().item()).toBe(2);
    const whole = tensor(Int32Array.of(2 ** 30, 2 ** 30 - 1));
    expect(whole.sum().dtype).toBe("int32");
    expect(await whole.sum().item()).toBe(2 ** 31 - 1);
    expect(await tensor(Int32Array.of(2, 3)).prod().item()).toBe(6);
  });

  test("over no elements", async () => {
    expect(await zeros([0]).sum().item()).toBe(0);
    expect(await zeros([0]).prod().item()).toBe(1);
    expect(await zeros([2, 0]).sum(1).toArray()).toEqual([0, 0]);
    expect(await zeros([0]).mean().item()).toBeNaN();
    expect(await zeros([0, 3]).sum(1).toArray()).toEqual([]);
    expect(await zeros([0]).any().toArray()).toBe(false);
    expect(await zeros([0]).all().toArray()).toBe(true);
  });

  test("variance and standard deviation", async () => {
    expect(await grid().var().item()).toBeCloseTo(3.5);
    expect(await grid().var(1, { correction: 0 }).toArray()).toEqual([
      expect.closeTo(2 / 3),
      expect.closeTo(2 / 3),
    ]);
    expect(await grid().std(0, { keepDims: true }).toArray()).toEqual([
      [
        expect.closeTo(Math.sqrt(4.5)),
        expect.closeTo(Math.sqrt(4.5)),
        expect.closeTo(Math.sqrt(4.5)),
      ],
    ]);
    expect(
      await tensor([1e6, 1e6 + 1, 1e6 + 2])
        .var()
        .item(),
    ).toBeCloseTo(1);
    expect(await tensor([5]).var().item()).toBeNaN();
  });
});

describe("extremes", () => {
  test("of the whole tensor and along an axis", async () => {
    const x = tensor([
      [1, 7, 7],
      [9, 2, 9],
    ]);
    expect(await x.max().item()).toBe(9);
    expect(await x.min().item()).toBe(1);
    const { values, indices } = x.max(1);
    expect(await values.toArray()).toEqual([7, 9]);
    expect(await indices.toArray()).toEqual([1, 0]);
    expect(indices.dtype).toBe("int32");
    expect(await x.min(0, { keepDims: true }).values.toArray()).toEqual([[1, 2, 7]]);
    expect(await x.min(0, { keepDims: true }).indices.toArray()).toEqual([[0, 1, 0]]);
    expect(await x.amax([0, 1]).item()).toBe(9);
    expect(await x.amin(1).toArray()).toEqual([1, 2]);
  });

  test("positions", async () => {
    const x = tensor([
      [1, 7, 7],
      [9, 2, 9],
    ]);
    expect(await x.argmax().item()).toBe(3);
    expect(await x.argmin(1).toArray()).toEqual([0, 1]);
    expect(await x.argmax(0, { keepDims: true }).toArray()).toEqual([[1, 0, 1]]);
    expect(x.argmax(undefined, { keepDims: true }).shape).toEqual([1, 1]);
  });

  test("NaN wins", async () => {
    const x = tensor([1, NaN, 3, NaN]);
    expect(await x.max().item()).toBeNaN();
    expect(await x.max(0).indices.item()).toBe(1);
    expect(await x.min(0).values.item()).toBeNaN();
  });

  test("bool keeps its type", async () => {
    const x = tensor([
      [true, false],
      [false, false],
    ]);
    expect(await x.amax(1).toArray()).toEqual([true, false]);
    expect(await x.max(1).values.toArray()).toEqual([true, false]);
  });
});

test("any, all and countNonzero", async () => {
  const x = tensor([
    [0, NaN],
    [0, 0],
  ]);
  expect(await x.any(1).toArray()).toEqual([true, false]);
  expect(await x.all(0).toArray()).toEqual([false, false]);
  expect(await tensor([1, -2]).all().toArray()).toBe(true);
  expect(await x.countNonzero().item()).toBe(1);
});

describe("norms", () => {
  test.each([
    [0, 2],
    [1, 7],
    [2, 5],
    [3, 91 ** (1 / 3)],
    [Infinity, 4],
    [-Infinity, 0],
  ])("of order %d", async (p, expected) => {
    expect(await tensor([3, 0, -4]).norm(p).item()).toBeCloseTo(expected);
  });

  test("over an axis", async () => {
    expect(
      await tensor([
        [3, 4],
        [6, 8],
      ])
        .norm(2, 1)
        .toArray(),
    ).toEqual([5, 10]);
  });
});

describe("errors", () => {
  test.each<[() => unknown, string]>([
    [
      () => grid().sum(2),
      "sum: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.",
    ],
    [() => grid().sum([1, -1]), "sum: axis 1 is named twice: received [1, -1]."],
    [
      () => tensor(Int32Array.of(1)).mean(),
      'mean: needs a float tensor, got int32. Convert with x.cast("float32").',
    ],
    [
      () => zeros([2, 0]).amax(1),
      "amax: there is no amax of no elements: received shape [2, 0]. Reduce an axis that is not empty.",
    ],
    [
      () => zeros([0]).argmin(),
      "argmin: there is no argmin of no elements: received shape [0]. Reduce an axis that is not empty.",
    ],
    [() => grid().var(0, { correction: NaN }), "var: correction must be a number: received NaN."],
  ])("%#", (call, message) => {
    expect(call).toThrow(message);
  });
});

test("a sum over all axes is the sum over one after the other, in any order", async () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const x = tensor(
        Float64Array.from({ length: count }, (_, i) => i % 7),
        { shape },
      );
      const axes = shape.map((_, axis) => axis);
      const total = await x.sum().item();
      let stepwise = x;
      for (const axis of axes) stepwise = stepwise.sum(axis, { keepDims: true });
      expect(await stepwise.sum(axes).item()).toBe(total);
      expect(await axes.reduce((rest) => rest.sum(0), x).item()).toBe(total);
    }),
    { numRuns: 25, seed: 1 },
  );
});
