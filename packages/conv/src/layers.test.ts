import { reference } from "@dl/backend-reference";
import { configure, Generator, tensor, uniform, zeros, type Tensor } from "@dl/tensor";
import type { Layer } from "@dl/nn";
import { beforeAll, describe, expect, it } from "vitest";
import * as conv from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const random = (...shape: number[]): Tensor => uniform(shape, { generator: new Generator(3) });

describe("layers do the same as the functions", () => {
  const image = (): Tensor => random(2, 4, 6, 4);
  const sequence = (): Tensor => random(2, 4, 6);
  const cases: [string, () => Layer, () => Tensor, (x: Tensor) => Tensor][] = [
    [
      "MaxPool1d",
      () => new conv.MaxPool1d(3, { stride: 1 }),
      sequence,
      (x) => conv.maxPool1d(x, 3, { stride: 1 }),
    ],
    ["AvgPool1d", () => new conv.AvgPool1d(2), sequence, (x) => conv.avgPool1d(x, 2)],
    ["LpPool2d", () => new conv.LpPool2d(2, 2), image, (x) => conv.lpPool2d(x, 2, 2)],
    [
      "AdaptiveAvgPool2d",
      () => new conv.AdaptiveAvgPool2d([4, null]),
      image,
      (x) => conv.adaptiveAvgPool2d(x, [4, null]),
    ],
    [
      "AdaptiveMaxPool2d",
      () => new conv.AdaptiveMaxPool2d(3),
      image,
      (x) => conv.adaptiveMaxPool2d(x, 3),
    ],
    ["GlobalAvgPool2d", () => new conv.GlobalAvgPool2d(), image, conv.globalAvgPool2d],
    [
      "Upsample",
      () => new conv.Upsample({ scaleFactor: 2, mode: "bilinear" }),
      image,
      (x) => conv.interpolate(x, { scaleFactor: 2, mode: "bilinear" }),
    ],
    ["PixelShuffle", () => new conv.PixelShuffle(2), image, (x) => conv.pixelShuffle(x, 2)],
    ["PixelUnshuffle", () => new conv.PixelUnshuffle(2), image, (x) => conv.pixelUnshuffle(x, 2)],
    ["Unfold", () => new conv.Unfold(2), image, (x) => conv.unfold(x, 2)],
    ["Fold", () => new conv.Fold([3, 4], 2), sequence, (x) => conv.fold(x, [3, 4], 2)],
    ["Blur", () => new conv.Blur(), image, (x) => conv.blur(x)],
    [
      "Conv1d",
      () => new conv.Conv1d(4, 2, 3, { bias: false, init: () => random(2, 4, 3) }),
      sequence,
      (x) => conv.conv1d(x, random(2, 4, 3)),
    ],
    [
      "ConvTranspose1d",
      () => new conv.ConvTranspose1d(4, 2, 3, { bias: false, init: () => random(4, 2, 3) }),
      sequence,
      (x) => conv.convTranspose1d(x, random(4, 2, 3)),
    ],
  ];

  it.each(cases)("%s", async (_name, make, input, f) => {
    expect(await make().forward(input()).toArray()).toEqual(await f(input()).toArray());
  });

  it("MaxUnpool2d", async () => {
    const { values, indices } = conv.maxPool2dWithIndices(image(), 2);
    const restored = new conv.MaxUnpool2d(2).forward(values, indices);
    expect(await restored.toArray()).toEqual(await conv.maxUnpool2d(values, indices, 2).toArray());
    expect(await conv.maxPool2d(restored, 2).toArray()).toEqual(await values.toArray());
  });
});

describe("identities", () => {
  it("pixelUnshuffle undoes pixelShuffle", async () => {
    const x = random(2, 8, 2, 3);
    expect(await conv.pixelUnshuffle(conv.pixelShuffle(x, 2), 2).toArray()).toEqual(
      await x.toArray(),
    );
  });

  it("a convolution is a product with what unfold gives", async () => {
    const [x, weight] = [random(2, 3, 5, 4), random(6, 3, 3, 2)];
    const product = weight.flatten(1).matmul(conv.unfold(x, [3, 2], { padding: 1 }));
    const wanted = await conv.conv2d(x, weight, undefined, { padding: 1 }).flatten(2).data();
    (await product.data()).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
  });

  it("lpPool2d counts its padding as zeros", async () => {
    const y = conv.lpPool2d(tensor([[[[3, 4]]]]), 2, 2, { stride: 1, padding: 1 });
    const row = [3, 5, 4];
    expect(await y.toArray()).toEqual([[[row, row]]]);
  });

  it("lpPool2d of zeros has a gradient of 0", async () => {
    const x = zeros([1, 1, 2, 2]).requireGrad();
    conv.lpPool2d(x, 2, 2).sum().backward();
    expect([...(await x.grad!.data())]).toEqual([0, 0, 0, 0]);
  });

  it("adaptive parts of different length keep infinities to themselves", async () => {
    const x = tensor([[[[1, 2, 3, 4, Infinity]]]]);
    // Parts [0, 3) and [2, 5) overlap; of four parts each has two cells.
    expect(await conv.adaptiveAvgPool2d(x, [1, 2]).toArray()).toEqual([[[[2, Infinity]]]]);
    expect(await conv.adaptiveAvgPool2d(x, [1, 4]).toArray()).toEqual([
      [[[1.5, 2.5, 3.5, Infinity]]],
    ]);
  });
});

describe("says what does not fit", () => {
  const image = (): Tensor => zeros([1, 1, 4, 4]);

  it.each<[string, () => unknown]>([
    [
      'conv2d: paddingMode must be "zeros", "reflect", "replicate" or "circular": received "mirror".',
      () => new conv.Conv2d(1, 1, 3, { paddingMode: "mirror" as "reflect" }),
    ],
    [
      "pad: reflect cannot add [4, 4] to axis 2 of [1, 1, 4, 4]. At most 3 on each side.",
      () => new conv.Conv2d(1, 1, 3, { padding: 4, paddingMode: "reflect" }).forward(image()),
    ],
    [
      "conv1d: kernelSize must be a whole number of at least 1: received 0.",
      () => new conv.Conv1d(1, 1, 0),
    ],
    [
      'conv1d: padding "same" needs stride 1: received 2. Give the padding in numbers.',
      () =>
        conv.conv1d(zeros([1, 1, 4]), zeros([1, 1, 3]), undefined, { padding: "same", stride: 2 }),
    ],
    [
      'interpolate: mode must be "nearest", "bilinear" or "bicubic": received "area".',
      () => conv.interpolate(image(), { size: 2, mode: "area" as "nearest" }),
    ],
    [
      'interpolate: alignCorners means nothing with mode "nearest": received true. Leave it out, or use "bilinear".',
      () => conv.interpolate(image(), { size: 2, alignCorners: true }),
    ],
    [
      "interpolate: scaleFactor must be a number above 0, or two such numbers: received 0.",
      () => conv.interpolate(image(), { scaleFactor: 0 }),
    ],
    [
      "pixelShuffle: factor must be a whole number of at least 1: received 1.5.",
      () => conv.pixelShuffle(image(), 1.5),
    ],
    [
      "upfirdn2d: padding must be a whole number, or four of them: received [1, 2].",
      () => conv.upfirdn2d(image(), zeros([3]), { padding: [1, 2] as never }),
    ],
    [
      "maxUnpool2d: indices must be int32, got float32.",
      () => conv.maxUnpool2d(image(), image(), 2),
    ],
  ])("%s", (message, f) => {
    expect(f).toThrow(message);
  });

  it.each<[string, () => unknown]>([
    ["interpolate", () => conv.interpolate(image(), { scaleFactor: 1e6, mode: "bilinear" })],
    ["adaptiveAvgPool2d", () => conv.adaptiveAvgPool2d(image(), 1e9)],
    ["adaptiveMaxPool2d", () => conv.adaptiveMaxPool2d(zeros([0, 1, 3, 3]), 1e5)],
    ["fold", () => conv.fold(zeros([1, 4, 1]), 1e8, 2)],
    ["unfold", () => conv.unfold(zeros([0, 1, 3, 3]), 100, { padding: 1e4 })],
    ["upfirdn2d", () => conv.upfirdn2d(image(), zeros([1]), { up: 1e6 })],
    ["maxUnpool2d", () => conv.maxUnpool2d(image(), zeros([1, 1, 4, 4], { dtype: "int32" }), 1e6)],
    ["blur", () => conv.blur(image(), [])],
  ])("%s refuses sizes that cannot be", (_name, f) => {
    expect(f).toThrow(/elements, more than the limit|taps must be/);
  });
});
