import { gradcheck, gradgradcheck } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { arange, configure, Generator, normal, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { BatchNorm } from "../index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const dtype = "float64";
const inputs = (): Tensor =>
  arange(24, { dtype }).mul(1.7).remainder(5).sub(2).reshape([3, 2, 2, 2]);
const make = (): BatchNorm => {
  const layer = new BatchNorm(2, { dtype });
  layer.weight!.assign(tensor([2, 0.5], { dtype }));
  layer.bias!.assign(tensor([1, -1], { dtype }));
  return layer;
};
async function expectStart(x: Tensor, expected: number[]): Promise<void> {
  const data = await x.data();
  expected.forEach((value, i) => expect(data[i]).toBeCloseTo(value, 12));
}

describe("BatchNorm", () => {
  it("equals PyTorch's in training and evaluation, with its running statistics", async () => {
    const layer = make();
    await expectStart(
      layer.forward(inputs()),
      [
        -1.8227446978444215, 0.5967507574507978, 3.016246212746017, -1.6804214357682326,
        -1.112672582476983, -0.5077987186531785, -1.6819656307817403, -1.0770917669579354,
      ],
    );
    await expectStart(layer.runningMean!, [-0.001666666666666746, 0.011666666666666603]);
    await expectStart(layer.runningVariance!, [1.1154242424242424, 1.1154242424242427]);
    await expectStart(
      layer.eval().forward(inputs()),
      [
        -2.784216212925811, 0.4350502901470224, 3.6543167932198557, -2.594847595097998,
        -1.100207560267218, -0.2953909344990097, -1.8576820315784734, -1.0528654058102644,
      ],
    );
    await expectStart(layer.runningMean!, [-0.001666666666666746, 0.011666666666666603]);
  });

  it("trains its weights, keeps its statistics, and saves both", () => {
    const layer = new BatchNorm(3);
    expect([...layer.namedParameters().keys()]).toEqual(["weight", "bias"]);
    expect([...layer.namedBuffers().keys()]).toEqual(["runningMean", "runningVariance"]);
    expect(new BatchNorm(3, { affine: false }).parameters()).toEqual([]);
    layer
      .forward(normal([4, 3]))
      .square()
      .sum()
      .backward();
    expect(layer.weight!.grad!.shape).toEqual([3]);
    expect(layer.runningMean!.requiresGrad).toBe(false);
  });

  it("has first and second derivatives of finite differences", async () => {
    const x = normal([5, 2], { dtype, generator: new Generator(1) });
    const f = (z: Tensor): Tensor => make().forward(z).pow(3);
    await gradcheck(f, [x]);
    await gradgradcheck(f, [x]);
    const evaluated = make().eval();
    await gradcheck((z) => evaluated.forward(z), [x]);
  });

  it("gives mean 0 and variance 1 in float32 far from 0, on the cpu too", async () => {
    for (const backend of [reference(), await cpu()]) {
      const x = normal([64, 2, 8], { mean: 1000, std: 0.1, backend, generator: new Generator(2) });
      const y = new BatchNorm(2, { backend }).forward(x);
      expect(await y.mean().item()).toBeCloseTo(0, 2);
      expect(await y.square().mean().item()).toBeCloseTo(1, 1);
    }
  });

  it("says what does not fit", () => {
    expect(() => new BatchNorm(3).forward(ones([4, 2, 5]))).toThrow(
      "batchNorm: expects 3 channels: received [4, 2, 5] (layout [batch, channels, ...]).",
    );
    expect(() => new BatchNorm(3).forward(zeros([1, 3]))).toThrow(
      "batchNorm: needs more than one number per channel in training: received [1, 3]. Use a larger batch, or eval().",
    );
    expect(() => new BatchNorm(3, { momentum: 2 })).toThrow(
      "batchNorm: epsilon must be at least 0 and momentum between 0 and 1: received epsilon 0.00001, momentum 2.",
    );
  });
});
