import { gradcheck, gradgradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { arange, configure, Generator, tensor, uniform, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Conv2d, conv2d, ConvTranspose2d, convTranspose2d } from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const dtype = "float64";
/** 0, 1, 2, ... modulo `modulus`, plus `shift`. */
const pattern = (shape: number[], modulus: number, shift: number): Tensor =>
  arange(
    shape.reduce((a, b) => a * b),
    { dtype },
  )
    .remainder(modulus)
    .add(shift)
    .reshape(shape);
const random = (shape: number[], seed: number): Tensor =>
  uniform(shape, { low: -1, high: 1, dtype, generator: new Generator(seed) });

describe("conv2d", () => {
  const inputs = (): Tensor => pattern([1, 2, 5, 6], 7, -3);

  it("equals PyTorch's with stride, padding, dilation, groups and bias", async () => {
    const y = conv2d(inputs(), pattern([4, 1, 3, 2], 5, -2), tensor([1, 2, 3, 4], { dtype }), {
      stride: [2, 1],
      padding: [1, 0],
      dilation: [1, 2],
      groups: 2,
    });
    expect(await y.toArray()).toEqual([
      [
        [
          [10, -3, -2, -1],
          [-10, 16, 14, -2],
          [-2, 3, -6, 6],
        ],
        [
          [-7, 7, 7, 7],
          [-10, 3, -5, 8],
          [5, 7, -5, 4],
        ],
        [
          [1, 0, -1, 12],
          [-4, 3, 3, 3],
          [11, 12, -1, 0],
        ],
        [
          [5, 3, 1, 6],
          [7, 8, 9, 10],
          [2, -5, 9, 9],
        ],
      ],
    ]);
  });

  it('equals PyTorch\'s with padding "same" and an even kernel', async () => {
    const y = conv2d(inputs(), pattern([1, 2, 2, 4], 3, -1), undefined, { padding: "same" });
    expect(await y.toArray()).toEqual([
      [
        [
          [6, 3, 2, -6, 2, 4],
          [-1, 4, 3, 2, 2, -2],
          [6, -9, 4, 3, 2, -1],
          [-1, 6, -9, 4, 2, 0],
          [-6, -4, 10, -4, -6, 2],
        ],
      ],
    ]);
    const valid = conv2d(inputs(), pattern([1, 2, 2, 4], 3, -1), undefined, { padding: "valid" });
    expect(valid.shape).toEqual([1, 1, 4, 3]);
  });

  it("has first and second derivatives of finite differences", async () => {
    const f = (x: Tensor, w: Tensor, b: Tensor): Tensor =>
      conv2d(x, w, b, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 });
    const all = [random([2, 4, 5, 6], 1), random([6, 2, 3, 2], 2), random([6], 3)];
    await gradcheck(f, all);
    await gradgradcheck(f, all);
    await gradcheck(
      (x, w) => conv2d(x, w, undefined, { padding: "same" }),
      [random([1, 2, 4, 4], 4), random([3, 2, 2, 3], 5)],
    );
  });

  it("says what does not fit", () => {
    const image = zeros([8, 1, 28, 28]);
    expect(() => conv2d(image, zeros([16, 3, 3, 3]))).toThrow(
      "conv2d: weight expects 3 input channels, got 1: input [8, 1, 28, 28], weight [16, 3, 3, 3] (layout NCHW).",
    );
    expect(() =>
      conv2d(zeros([8, 4, 9, 9]), zeros([3, 2, 3, 3]), undefined, { groups: 2 }),
    ).toThrow(
      "conv2d: 3 output channels cannot be cut into 2 groups: input [8, 4, 9, 9], weight [3, 2, 3, 3] (layout NCHW).",
    );
    expect(() => conv2d(zeros([8, 28, 28]), zeros([16, 1, 3, 3]))).toThrow(
      "conv2d: input must be [batch, channels, height, width], got [8, 28, 28]. Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1).",
    );
    expect(() => conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 5, 5]))).toThrow(
      "conv2d: the window does not fit: input [1, 1, 4, 4] with padding is 4 x 4, the window covers 5 x 5. Use a smaller kernelSize or more padding.",
    );
    expect(() => conv2d(image, zeros([1, 1, 3, 3]), zeros([2]))).toThrow(
      "conv2d: bias must be [1], one number per output channel, got [2].",
    );
    expect(() => conv2d(image, zeros([1, 1, 3, 3]), undefined, { stride: 0 })).toThrow(
      "conv2d: stride must be a whole number of at least 1, or two such numbers: received 0.",
    );
    expect(() => conv2d(image, zeros([1, 1, 3, 3]), undefined, { padding: [0.5, 1] })).toThrow(
      "conv2d: padding must be a whole number of at least 0, or two such numbers: received [0.5, 1].",
    );
    expect(() =>
      conv2d(image, zeros([1, 1, 3, 3]), undefined, { padding: "same", stride: 2 }),
    ).toThrow(
      'conv2d: padding "same" needs stride 1: received [2, 2]. Give the padding in numbers.',
    );
    expect(() => conv2d(image, zeros([1, 1, 3, 3], { dtype }))).toThrow(
      'conv2d: input, weight and bias must have one float type: input float32, weight float64. Convert with x.cast("float32").',
    );
  });
});

describe("convTranspose2d", () => {
  it("equals PyTorch's with every option", async () => {
    const bias = tensor([1, 2, 3], { dtype });
    const y = convTranspose2d(pattern([1, 2, 2, 3], 5, -2), pattern([2, 3, 3, 2], 4, -1), bias, {
      stride: [2, 3],
      padding: [1, 0],
      outputPadding: [1, 2],
      dilation: [1, 2],
    });
    expect(y.shape).toEqual([1, 3, 4, 11]);
    expect(await y.select(1, 1).toArray()).toEqual([
      [
        [3, 2, 0, 3, 2, 2, 3, 2, 4, 2, 2],
        [0, 2, 0, 5, 2, 4, 0, 2, -2, 2, 2],
        [3, 2, 6, -2, 2, -2, 3, 2, 0, 2, 2],
        [1, 2, 4, 6, 2, 6, 1, 2, -2, 2, 2],
      ],
    ]);
  });

  it("is the adjoint of conv2d: ⟨conv(x), y⟩ = ⟨x, convTranspose(y)⟩", async () => {
    const options = { stride: 2, padding: 1 };
    const [x, y, w] = [random([2, 3, 8, 8], 1), random([2, 5, 4, 4], 2), random([5, 3, 4, 4], 3)];
    const left = await conv2d(x, w, undefined, options).mul(y).sum().item();
    const right = await convTranspose2d(y, w, undefined, options).mul(x).sum().item();
    expect(left).toBeCloseTo(right, 10);
  });

  it("has first and second derivatives of finite differences", async () => {
    const f = (x: Tensor, w: Tensor, b: Tensor): Tensor =>
      convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: 1, groups: 2 });
    const all = [random([2, 4, 3, 2], 1), random([4, 3, 3, 3], 2), random([6], 3)];
    await gradcheck(f, all);
    await gradgradcheck(f, all);
  });

  it("says what does not fit", () => {
    expect(() => convTranspose2d(zeros([8, 3, 7, 7]), zeros([16, 3, 4, 4]))).toThrow(
      "convTranspose2d: weight expects 16 input channels, got 3: input [8, 3, 7, 7], weight [16, 3, 4, 4] (layout NCHW).",
    );
    const [x, w] = [zeros([1, 2, 3, 3]), zeros([2, 1, 3, 3])];
    expect(() => convTranspose2d(x, w, undefined, { outputPadding: 1 })).toThrow(
      "convTranspose2d: outputPadding must be smaller than the stride or the dilation: received [1, 1], stride [1, 1], dilation [1, 1].",
    );
    expect(() => convTranspose2d(x, w, undefined, { padding: 3 })).toThrow(
      "convTranspose2d: the result would be -1 x -1: input [1, 2, 3, 3], weight [2, 1, 3, 3], padding [3, 3]. Use less padding.",
    );
  });
});

describe("layers", () => {
  it("have PyTorch's weight layouts, names and bounds", async () => {
    const conv = new Conv2d(4, 6, [3, 5], { groups: 2, generator: new Generator(1) });
    expect([...conv.stateDict()].map(([name, { shape }]) => [name, [...shape]])).toEqual([
      ["weight", [6, 2, 3, 5]],
      ["bias", [6]],
    ]);
    const bound = 1 / Math.sqrt(2 * 15);
    const data = [...(await conv.weight.data())].map(Math.abs);
    expect(Math.max(...data)).toBeLessThanOrEqual(bound);
    expect(Math.max(...data)).toBeGreaterThan(0.95 * bound);
    const transposed = new ConvTranspose2d(4, 6, 3, { bias: false });
    expect([...transposed.stateDict()].map(([name, { shape }]) => [name, [...shape]])).toEqual([
      ["weight", [4, 6, 3, 3]],
    ]);
  });

  it("make the shapes of the course's networks", () => {
    const image = zeros([2, 1, 28, 28]);
    expect(new Conv2d(1, 16, 5, { padding: 2 }).forward(image).shape).toEqual([2, 16, 28, 28]);
    expect(new Conv2d(1, 32, 4, { stride: 2, padding: 1 }).forward(image).shape).toEqual([
      2, 32, 14, 14,
    ]);
    const latent = zeros([2, 64, 7, 7]);
    const enlarge = new ConvTranspose2d(64, 32, 4, { stride: 2, padding: 1 });
    expect(enlarge.forward(latent).shape).toEqual([2, 32, 14, 14]);
  });

  it("refuse impossible sizes", () => {
    expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow(
      "conv2d: both channel counts must be multiples of groups: received inChannels 3, outChannels 4, groups 2.",
    );
    expect(() => new Conv2d(3, 4, 0)).toThrow(
      "conv2d: kernelSize must be a whole number of at least 1, or two such numbers: received 0.",
    );
  });
});
