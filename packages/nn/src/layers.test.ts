import { gradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { arange, configure, Generator, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Dropout,
  Flatten,
  GELU,
  gainOf,
  heNormal,
  heUniform,
  Identity,
  LeakyReLU,
  Linear,
  linear,
  LogSoftmax,
  Parameter,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
  Unflatten,
  xavierNormal,
  xavierUniform,
} from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const dtype = "float64";
const ramp = (count: number, scale: number, shift: number): Tensor =>
  arange(count, { dtype }).mul(scale).add(shift);

async function expectClose(x: Tensor, expected: number[], digits = 10): Promise<void> {
  const data = await x.data();
  expect(data.length).toBe(expected.length);
  expected.forEach((value, i) => expect(data[i]).toBeCloseTo(value, digits));
}

describe("linear", () => {
  const inputs = (): Tensor => ramp(12, 0.1, -0.5).reshape([3, 4]);
  const weight = (): Tensor => ramp(8, 1 / 8, -0.4).reshape([2, 4]);
  const bias = (): Tensor => tensor([0.1, -0.2], { dtype });

  it("equals PyTorch's", async () => {
    const expected = [0.46, -0.54, 0.12, -0.08, -0.22, 0.38];
    await expectClose(linear(inputs(), weight(), bias()), expected);
    const stacked = linear(inputs().reshape([1, 3, 1, 4]), weight(), bias());
    expect(stacked.shape).toEqual([1, 3, 1, 2]);
    await expectClose(stacked, expected);
    const single = linear(inputs().select(0, 0), weight(), bias());
    expect(single.shape).toEqual([2]);
    await expectClose(single, expected.slice(0, 2));
  });

  it("has the gradient of finite differences", async () => {
    await gradcheck(linear, [inputs(), weight(), bias()]);
  });

  it("says what does not fit", () => {
    expect(() => linear(zeros([8, 3]), zeros([2, 4]))).toThrow(
      "linear: weight expects inputs of size 4, got 3: inputs [8, 3], weight [2, 4] (layout [out, in]). Make the layer for 3 inputs, or change what comes before.",
    );
    expect(() => linear(zeros([8, 1, 2, 2]), zeros([3, 4]))).toThrow(
      "linear: weight expects inputs of size 4, got 2: inputs [8, 1, 2, 2], weight [3, 4] (layout [out, in]). Flatten the inputs first, with flatten(1).",
    );
    expect(() => linear(zeros([8, 4]), zeros([2, 4]), zeros([3]))).toThrow(
      "linear: bias must be [2], one number per output, got [3].",
    );
    expect(() => new Linear(0, 2)).toThrow(
      "linear: inFeatures must be a whole number of at least 1: received 0.",
    );
  });

  it("starts within ±1 / √inFeatures, with or without bias", async () => {
    const layer = new Linear(100, 50, { generator: new Generator(1) });
    const data = [...(await layer.weight.data())];
    expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(0.1);
    expect(Math.max(...data)).toBeGreaterThan(0.099);
    expect(new Linear(2, 2, { bias: false }).parameters().length).toBe(1);
    expect(new Linear(2, 2, { dtype }).weight.dtype).toBe(dtype);
  });
});

describe("initialisers", () => {
  it.each([
    ["xavierUniform", xavierUniform, Math.sqrt(2 / 500)],
    ["xavierNormal", xavierNormal, Math.sqrt(2 / 500)],
    ["heUniform", heUniform, Math.sqrt(2 / 200)],
    ["heNormal", heNormal, Math.sqrt(2 / 200)],
  ] as const)("%s has its deviation", async (_name, init, deviation) => {
    const weight = init([300, 200], { generator: new Generator(3), dtype });
    const data = [...(await weight.data())];
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
    const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(deviation / 50);
    expect(Math.sqrt(variance) / deviation).toBeCloseTo(1, 1);
  });

  it("count the kernel in the fan, and take a gain and a side", async () => {
    const generator = (): Generator => new Generator(5);
    const base = await heUniform([8, 4, 3, 3], { generator: generator(), gain: 1 }).data();
    const other = await heUniform([8, 4, 3, 3], {
      generator: generator(),
      gain: 2,
      fan: "out",
    }).data();
    expect(Math.max(...base)).toBeLessThanOrEqual(Math.sqrt(3 / 36));
    expect(other[7]! / base[7]!).toBeCloseTo(2 * Math.sqrt(36 / 72), 4);
    expect(gainOf("tanh")).toBeCloseTo(5 / 3);
    expect(gainOf("leakyRelu", 1)).toBeCloseTo(1);
  });

  it("refuse vectors and bad gains, and serve as a layer's option", async () => {
    expect(() => heNormal([3])).toThrow(
      "heNormal: needs a weight of at least 2 axes, [out, in, ...kernel]: received [3].",
    );
    expect(() => xavierNormal([3, 3], { gain: NaN })).toThrow(
      "xavierNormal: gain must be a finite number of at least 0: received NaN.",
    );
    const layer = new Linear(3, 2, { init: (shape, options) => ones(shape, options) });
    expect(await layer.weight.toArray()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });
});

describe("activations", () => {
  const x = [-1, 0, 2];
  it.each([
    [new ReLU(), [0, 0, 2]],
    [new LeakyReLU(0.2), [-0.2, 0, 2]],
    [new Sigmoid(), x.map((v) => 1 / (1 + Math.exp(-v)))],
    [new Tanh(), x.map(Math.tanh)],
    [new GELU(), [-0.15865525393145707, 0, 1.9544997361036416]],
    [new GELU("tanh"), [-0.15880800939172324, 0, 1.9545976940877752]],
    [new SiLU(), x.map((v) => v / (1 + Math.exp(-v)))],
    [new Softplus(), x.map((v) => Math.log1p(Math.exp(v)))],
    [new Softmax(), x.map((v) => Math.exp(v) / (Math.exp(-1) + 1 + Math.exp(2)))],
    [new LogSoftmax(0), x.map((v) => v - Math.log(Math.exp(-1) + 1 + Math.exp(2)))],
    [new Identity(), x],
  ])("%o", async (layer, expected) => {
    await expectClose(layer.forward(tensor(x, { dtype })), expected, 9);
  });
});

describe("shapes", () => {
  it("flatten and unflatten are inverse", async () => {
    const images = arange(24).reshape([2, 3, 2, 2]);
    const flat = new Flatten().forward(images);
    expect(flat.shape).toEqual([2, 12]);
    const back = new Unflatten(1, [3, 2, 2]).forward(flat);
    expect(await back.toArray()).toEqual(await images.toArray());
  });
});

describe("dropout", () => {
  it("zeroes the given share, keeps the mean, and does nothing in evaluation", async () => {
    const layer = new Dropout(0.25, { generator: new Generator(0) });
    const inputs = ones([100, 100]);
    const data = await layer.forward(inputs).data();
    const zeroes = data.filter((x) => x === 0).length / data.length;
    expect(zeroes).toBeCloseTo(0.25, 1);
    expect(new Set(data)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(layer.eval().forward(inputs).value).toBe(inputs.value);
    expect([...(await new Dropout(1).forward(ones([3])).data())]).toEqual([0, 0, 0]);
  });

  it("uses one mask forward and backward", async () => {
    const x = ones([50]).requireGrad();
    const y = new Dropout(0.5).forward(x);
    y.sum().backward();
    expect(await x.grad!.data()).toEqual(await y.data());
  });

  it("refuses what is no probability", () => {
    expect(() => new Dropout(1.5)).toThrow(
      "dropout: probability must be between 0 and 1: received 1.5.",
    );
  });
});

it("a Parameter must be float", () => {
  expect(() => new Parameter(tensor([1, 2], { dtype: "int32" }))).toThrow(
    "only float tensors have gradients",
  );
});
