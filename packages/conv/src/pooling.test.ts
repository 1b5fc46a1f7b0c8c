import { gradcheck, gradgradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, Generator, tensor, uniform, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { AvgPool2d, avgPool2d, MaxPool2d, maxPool2d } from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const image = (): Tensor =>
  tensor(
    [
      [
        [
          [3, 1, 4, 1, 5],
          [9, 2, 6, 5, 3],
          [5, 8, 9, 7, 9],
          [3, 2, 3, 8, 4],
        ],
      ],
    ],
    { dtype: "float64" },
  );
const random = (seed: number): Tensor =>
  uniform([2, 2, 5, 6], { dtype: "float64", generator: new Generator(seed) });
const expectRows = async (x: Tensor, rows: number[][]): Promise<void> => {
  expect(x.shape).toEqual([1, 1, rows.length, rows[0]!.length]);
  const data = await x.data();
  rows.flat().forEach((value, i) => expect(data[i]).toBeCloseTo(value, 12));
};

describe("maxPool2d", () => {
  it("equals PyTorch's", async () => {
    await expectRows(maxPool2d(image(), 2), [
      [9, 6],
      [8, 9],
    ]);
    await expectRows(maxPool2d(image(), 2, { ceilMode: true }), [
      [9, 6, 5],
      [8, 9, 9],
    ]);
    await expectRows(maxPool2d(image(), 3, { stride: 2, padding: 1 }), [
      [9, 6, 5],
      [9, 9, 9],
    ]);
    await expectRows(maxPool2d(image(), 3, { stride: 2, padding: 1, ceilMode: true }), [
      [9, 6, 5],
      [9, 9, 9],
      [3, 8, 8],
    ]);
    await expectRows(maxPool2d(image(), 2, { stride: 1, dilation: 2 }), [
      [9, 8, 9],
      [9, 8, 6],
    ]);
  });

  it("sends the gradient to the first of equal maxima", async () => {
    const x = zeros([1, 1, 2, 4]).requireGrad();
    maxPool2d(x, 2).sum().backward();
    expect([...(await x.grad!.data())]).toEqual([1, 0, 1, 0, 0, 0, 0, 0]);
  });

  it("has first and second derivatives of finite differences", async () => {
    const f = (x: Tensor): Tensor => maxPool2d(x, [3, 2], { stride: 2, padding: 1 });
    await gradcheck(f, [random(1)]);
    await gradgradcheck(f, [random(2)]);
  });
});

describe("avgPool2d", () => {
  const window = { stride: 2, padding: 1 };

  it("equals PyTorch's, with and without the padding, for incomplete windows too", async () => {
    const outside = [
      [6, 3.25, 3.5],
      [17 / 3, 5, 6],
    ];
    const counted = [
      [2, 13 / 6, 7 / 3],
      [17 / 6, 5, 6],
    ];
    await expectRows(avgPool2d(image(), [3, 2], { ...window, countIncludePad: false }), outside);
    await expectRows(avgPool2d(image(), [3, 2], window), counted);
    await expectRows(
      avgPool2d(image(), [3, 2], { ...window, ceilMode: true, countIncludePad: false }),
      [...outside, [3, 2.5, 6]],
    );
    await expectRows(avgPool2d(image(), [3, 2], { ...window, ceilMode: true }), [
      ...counted,
      [0.75, 1.25, 3],
    ]);
  });

  it("takes the mean over a window with distances", async () => {
    const x = tensor([
      [
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
          [9, 10, 11, 12],
        ],
      ],
    ]).requireGrad();
    const y = avgPool2d(x, 2, { stride: 1, dilation: 2 });
    await expectRows(y, [[6, 7]]);
    y.sum().backward();
    const outer = [0.25, 0.25, 0.25, 0.25];
    expect(await x.grad!.toArray()).toEqual([[[outer, [0, 0, 0, 0], outer]]]);
  });

  it("has first and second derivatives of finite differences", async () => {
    const f = (x: Tensor): Tensor => avgPool2d(x, [3, 2], { ...window, ceilMode: true });
    await gradcheck(f, [random(1)]);
    await gradgradcheck(f, [random(2)]);
  });
});

it("layers do the same as the functions", async () => {
  const max = new MaxPool2d(2, { stride: 1 });
  expect(await max.forward(image()).data()).toEqual(
    await maxPool2d(image(), 2, { stride: 1 }).data(),
  );
  const avg = new AvgPool2d(2);
  expect(await avg.forward(image()).data()).toEqual(await avgPool2d(image(), 2).data());
});

it("says what does not fit", () => {
  expect(() => maxPool2d(zeros([2, 2]), 2)).toThrow(
    "maxPool2d: input must be [batch, channels, height, width], got [2, 2].",
  );
  expect(() => avgPool2d(zeros([1, 1, 4, 4]), 3, { padding: 2 })).toThrow(
    "avgPool2d: padding must be at most half the window: received [2, 2], kernelSize [3, 3].",
  );
  expect(() => maxPool2d(zeros([1, 1, 2, 2]), 3)).toThrow(
    "maxPool2d: the window does not fit: input [1, 1, 2, 2] with padding is 2 x 2, the window covers 3 x 3. Use a smaller kernelSize or more padding.",
  );
  expect(() => maxPool2d(zeros([1, 1, 2, 2], { dtype: "int32" }), 2)).toThrow(
    'maxPool2d: needs a float tensor, got int32. Convert with x.cast("float32").',
  );
});
