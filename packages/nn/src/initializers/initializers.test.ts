import { reference } from "@dl/backend-reference";
import { configure, Generator, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  constantInitializer,
  dirac,
  gainOf,
  identityInitializer,
  leCunNormal,
  leCunUniform,
  Linear,
  normalInitializer,
  orthogonal,
  sparse,
  truncatedNormalInitializer,
  uniformInitializer,
  type GainActivation,
} from "../index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const dtype = "float64";
const seeded = (): { dtype: "float64"; generator: Generator } => ({
  dtype,
  generator: new Generator(3),
});

async function moments(x: Tensor): Promise<{ mean: number; std: number; data: number[] }> {
  const data = [...(await x.data())];
  const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
  const variance = data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length;
  return { mean, std: Math.sqrt(variance), data };
}

describe("plain initialisers", () => {
  it("give their distributions, whatever the shape", async () => {
    const uniform = await moments(uniformInitializer(-0.5, 1)([100, 100], seeded()));
    expect(Math.min(...uniform.data)).toBeGreaterThanOrEqual(-0.5);
    expect(Math.max(...uniform.data)).toBeLessThanOrEqual(1);
    expect(uniform.mean).toBeCloseTo(0.25, 1);
    const normal = await moments(normalInitializer({ mean: 1, std: 0.1 })([100, 100], seeded()));
    expect(normal.mean).toBeCloseTo(1, 2);
    expect(normal.std).toBeCloseTo(0.1, 2);
    const cut = await moments(truncatedNormalInitializer({ std: 0.5 })([100, 100], seeded()));
    expect(Math.max(...cut.data.map(Math.abs))).toBeLessThanOrEqual(1);
    expect((await moments(constantInitializer(0.3)([7], seeded()))).data).toEqual(
      Array.from({ length: 7 }, () => 0.3),
    );
  });

  it("serve as a layer's option", async () => {
    const layer = new Linear(2, 2, { init: constantInitializer(2), generator: new Generator(0) });
    expect([...(await layer.weight.data())]).toEqual([2, 2, 2, 2]);
  });
});

describe("LeCun", () => {
  it.each([
    ["leCunUniform", leCunUniform],
    ["leCunNormal", leCunNormal],
  ] as const)("%s has deviation gain / √fanIn", async (_name, init) => {
    const { std } = await moments(init([300, 20, 2, 5], { ...seeded(), gain: 2 }));
    expect(std * Math.sqrt(200)).toBeCloseTo(2, 1);
    expect(() => init([3])).toThrow("needs a weight of at least 2 axes");
  });
});

describe("gainOf", () => {
  const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
  const softplus = (z: number): number => Math.log1p(Math.exp(z));
  const activations: readonly (readonly [GainActivation, (z: number) => number])[] = [
    ["relu", (z) => Math.max(z, 0)],
    ["relu6", (z) => Math.min(Math.max(z, 0), 6)],
    ["elu", (z) => (z > 0 ? z : Math.expm1(z))],
    ["silu", (z) => z * sigmoid(z)],
    ["mish", (z) => z * Math.tanh(softplus(z))],
    ["softplus", softplus],
    ["hardswish", (z) => z * Math.min(Math.max(z / 6 + 0.5, 0), 1)],
    // The tanh form: close enough to 3 digits.
    ["gelu", (z) => 0.5 * z * (1 + Math.tanh(0.7978845608 * (z + 0.044715 * z ** 3)))],
  ];
  it.each(activations)("of %s is 1 / √E[f(z)²]", (name, f) => {
    let [square, step] = [0, 1e-3];
    for (let z = -10; z < 10; z += step) square += f(z) ** 2 * Math.exp((-z * z) / 2) * step;
    expect(gainOf(name)).toBeCloseTo(1 / Math.sqrt(square / Math.sqrt(2 * Math.PI)), 3);
  });
});

describe("orthogonal", () => {
  it.each([[[5, 5]], [[4, 7]], [[7, 4]], [[6, 2, 2, 2]], [[1, 3]]])(
    "%s has orthonormal rows or columns, times gain",
    async (shape) => {
      const weight = orthogonal(shape, { ...seeded(), gain: 3 });
      expect(weight.shape).toEqual(shape);
      const matrix = weight.reshape([shape[0]!, -1]);
      const [out, rest] = matrix.shape as readonly [number, number];
      const product =
        out <= rest ? matrix.matmul(matrix.transpose(0, 1)) : matrix.transpose(0, 1).matmul(matrix);
      const data = await product.data();
      const size = Math.min(out, rest);
      data.forEach((value, i) => expect(value).toBeCloseTo(i % (size + 1) === 0 ? 9 : 0, 10));
    },
  );

  it("repeats with a seed, in the type asked for", async () => {
    const make = async (): Promise<number[]> => [
      ...(await orthogonal([3, 3], { generator: new Generator(1) }).data()),
    ];
    expect(await make()).toEqual(await make());
    expect(orthogonal([2, 2]).dtype).toBe("float32");
    expect(() => orthogonal([3])).toThrow(
      "orthogonal: needs a weight of at least 2 axes, [out, in, ...kernel]: received [3].",
    );
  });
});

describe("structured initialisers", () => {
  it("identity and dirac pass their inputs on", async () => {
    expect(await identityInitializer([2, 3]).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    const weight = dirac([3, 2, 3, 3], seeded());
    expect(weight.dtype).toBe(dtype);
    expect(await weight.sum().item()).toBe(2);
    const middle = weight.select(3, 1).select(2, 1);
    expect(await middle.toArray()).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(() => identityInitializer([2, 2, 2])).toThrow(
      "identityInitializer: needs a weight of 2 axes, [out, in]: received [2, 2, 2]. Use dirac for convolutions.",
    );
    expect(() => dirac([2, 2])).toThrow("dirac: needs a weight of at least 3 axes");
  });

  it("sparse has the same number of zeros in each column", async () => {
    const weight = sparse([10, 6], { ...seeded(), sparsity: 0.75, std: 2 });
    const zeros = await weight.equal(0).cast("int32").sum(0).toArray();
    expect(zeros).toEqual([8, 8, 8, 8, 8, 8]);
    expect(() => sparse([2, 2], { sparsity: 1.5 })).toThrow(
      "sparse: sparsity must be between 0 and 1: received 1.5.",
    );
    expect(() => sparse([2])).toThrow("sparse: needs a weight of 2 axes");
  });
});
