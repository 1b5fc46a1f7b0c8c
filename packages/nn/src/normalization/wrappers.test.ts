import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, Generator, normal, ones, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  GroupNorm,
  InstanceNorm,
  LayerNorm,
  Linear,
  RMSNorm,
  SpectralNorm,
  WeightNorm,
  type WeightedLayer,
} from "../index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const dtype = "float64";
const layer = (): Linear => new Linear(4, 3, { dtype, generator: new Generator(1) });
const inputs = (): Tensor => normal([5, 4], { dtype, generator: new Generator(2) });

describe("WeightNorm", () => {
  it("changes nothing at first, and trains magnitude and direction", async () => {
    const plain = layer();
    const wrapped = new WeightNorm(layer());
    const expected = await plain.forward(inputs()).data();
    const received = await wrapped.forward(inputs()).data();
    received.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
    expect([...wrapped.namedParameters().keys()]).toEqual([
      "magnitude",
      "layer.weight",
      "layer.bias",
    ]);
    expect(wrapped.magnitude.shape).toEqual([3, 1]);
    wrapped.forward(inputs()).square().sum().backward();
    for (const parameter of wrapped.parameters()) expect(parameter.grad).not.toBeNull();
  });
});

describe("SpectralNorm", () => {
  it("leaves a largest singular value of 1, and puts the weight back", async () => {
    const wrapped = new SpectralNorm(layer(), { generator: new Generator(3), iterations: 20 });
    const { weight } = wrapped.layer;
    const bias = (wrapped.layer as Linear).bias!;
    const effective = wrapped.forward(ones([4]).diagonalMatrix().cast(dtype)).sub(bias); // Wᵀ / σ
    let v = ones([3], { dtype });
    for (let i = 0; i < 100; i++) {
      v = effective.transpose(0, 1).matmul(effective.matmul(v));
      v = v.div(v.norm());
    }
    expect(await effective.matmul(v).norm().item()).toBeCloseTo(1, 6);
    expect(wrapped.layer.weight).toBe(weight);
    expect([...wrapped.namedBuffers().keys()]).toEqual(["u", "v"]);
  });

  it("puts the weight back after an error, which names the layer", () => {
    const wrapped = new SpectralNorm(layer());
    const { weight } = wrapped.layer;
    expect(() => wrapped.forward(zeros([2, 5], { dtype }))).toThrow(/^layer: linear: weight/);
    expect(wrapped.layer.weight).toBe(weight);
  });

  it("moves its vectors in training only", async () => {
    const wrapped = new SpectralNorm(layer(), { generator: new Generator(4) });
    const before = await wrapped.u.data();
    wrapped.eval().forward(inputs());
    expect(await wrapped.u.data()).toEqual(before);
    wrapped.train().forward(inputs());
    expect(await wrapped.u.data()).not.toEqual(before);
  });

  it("takes two passes before backward, as a critic does", async () => {
    for (const backend of [reference(), await cpu()]) {
      const random = { backend, generator: new Generator(5) };
      const { generator } = random;
      const wrapped = new SpectralNorm(new Linear(4, 3, random), { generator });
      const [real, fake] = [normal([5, 4], random), normal([5, 4], random)];
      const vectors = async (): Promise<number[]> => [
        ...(await wrapped.u.data()),
        ...(await wrapped.v.data()),
      ];
      const first = wrapped.forward(real).square().sum();
      const second = wrapped.forward(fake).square().sum();
      first.add(second).backward();
      const gradient = [...(await wrapped.layer.weight.grad!.data())];
      expect(gradient.every(Number.isFinite)).toBe(true);
      expect((await vectors()).every(Number.isFinite)).toBe(true);
      // W / σ(W) stays when W grows, so the gradient has no part along W.
      const along = wrapped.layer.weight.mul(wrapped.layer.weight.grad!).sum();
      expect(await along.item()).toBeCloseTo(0, 4);
    }
  });

  it("wants a matrix", () => {
    const flat = { weight: zeros([3]) } as unknown as WeightedLayer;
    expect(() => new SpectralNorm(flat)).toThrow(
      "spectralNorm: needs a layer with a weight of at least 2 axes: received [3].",
    );
    expect(() => new SpectralNorm(layer(), { axis: 2 })).toThrow("spectralNorm: axis 2");
  });
});

it.each([
  [
    () => new LayerNorm(3).forward(zeros([2, 4])),
    "layerNorm: expects inputs that end in [3]: received [2, 4].",
  ],
  [
    () => new RMSNorm([2, 3]).forward(zeros([3])),
    "rmsNorm: expects inputs that end in [2, 3]: received [3].",
  ],
  [() => new LayerNorm(3, { epsilon: -1 }), "layerNorm: epsilon must be at least 0: received -1."],
  [
    () => new GroupNorm(3, 4),
    "groupNorm: channels must be a multiple of groups: received 4 channels, 3 groups.",
  ],
  [
    () => new GroupNorm(2, 4).forward(zeros([2, 3, 5])),
    "groupNorm: expects 4 channels: received [2, 3, 5] (layout [batch, channels, ...]).",
  ],
  [
    () => new InstanceNorm(4).forward(zeros([2, 4])),
    "instanceNorm: expects 4 channels: received [2, 4] (layout [batch, channels, ...positions]).",
  ],
  [
    () => new InstanceNorm(4).forward(zeros([2, 4, 1])),
    "instanceNorm: needs more than one position per channel: received [2, 4, 1]. Use a larger input, or layerNorm.",
  ],
])("normalisation says what does not fit", (call, message) => {
  expect(call).toThrow(message);
});
