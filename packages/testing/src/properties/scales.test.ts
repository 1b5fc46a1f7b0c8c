import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { LayerNorm, RMSNorm } from "@dl/nn";
import { Adam, clipGradNorm, gradNorm } from "@dl/optim";
import { tensor, variance, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { expectHomogeneous, homogeneous, scales } from "./scales.ts";

const exactly = reference();
const fast = await cpu();
const backends = [fast, exactly];

describe.each(backends)("squares out of float32's range: $name", (backend) => {
  for (const one of homogeneous)
    for (const scale of scales.filter((size) => one.largeOnly !== true || size > 1))
      it(`${one.name} at ${scale.toExponential(0)}`, () =>
        expectHomogeneous(one, scale, backend, exactly));

  const near = async (x: Tensor, values: readonly number[]): Promise<void> => {
    const data = await x.data();
    expect(data.length).toBe(values.length);
    values.forEach((value, i) => {
      expect(Math.abs(data[i]! / value - 1)).toBeLessThan(1e-6);
    });
  };
  const withGradient = (gradient: readonly number[]): Tensor => {
    const x = tensor(
      gradient.map(() => 1),
      { backend },
    ).requireGrad();
    x.mul(tensor([...gradient], { backend }))
      .sum()
      .backward();
    return x;
  };

  it("clipping keeps the direction of a large gradient, and leaves a small one", async () => {
    const large = withGradient([3e20, 4e20]);
    await near(clipGradNorm([large], 1), [5e20]);
    await near(large.grad!, [0.6, 0.8]);
    const small = withGradient([3e-25, 4e-25]);
    await near(clipGradNorm([small], 1), [5e-25]);
    await near(small.grad!, [3e-25, 4e-25]);
    await near(gradNorm([withGradient([3e20]), withGradient([4e20])]), [5e20]);
    await near(gradNorm([withGradient([3e20]), withGradient([4e20])], 3), [5e20 * 0.8995882891]);
  });

  it("standard deviation of 1e20 and 3e20 is 1.414e20", async () => {
    const x = tensor([1e20, 3e20], { backend });
    await near(x.std(), [Math.SQRT2 * 1e20]);
    // A variance is a square, and has no float.
    expect(await variance(x).item()).toBe(Infinity);
  });

  it("normalisers with their own epsilon", async () => {
    const x = tensor([[1e20, 2e20, 3e20]], { backend });
    const options = { affine: false, backend } as const;
    const third = Math.sqrt(1.5);
    const centred = await new LayerNorm(3, options).forward(x).data();
    expect([...centred].map((value) => Math.round(value * 1e4) / 1e4)).toEqual(
      [-third, 0, third].map((value) => Math.round(value * 1e4) / 1e4),
    );
    const root = Math.sqrt(14 / 3);
    await near(new RMSNorm(3, options).forward(x), [1 / root, 2 / root, 3 / root]);
  });

  it("constant inputs without an epsilon are 0", async () => {
    const options = { affine: false, epsilon: 0, backend } as const;
    const x = tensor([[2, 2]], { backend }).requireGrad();
    const y = new LayerNorm(2, options).forward(x);
    y.sum().backward();
    expect(await y.toArray()).toEqual([[0, 0]]);
    expect(await x.grad!.toArray()).toEqual([[0, 0]]);
  });

  it("slopes of asinh, acosh and atan2 far out", async () => {
    const slopes = async (f: (x: Tensor) => Tensor, at: readonly number[]): Promise<Tensor> => {
      const x = tensor([...at], { backend }).requireGrad();
      f(x).sum().backward();
      return x.grad!;
    };
    await near(await slopes((x) => x.asinh(), [1e25, -1e25, 1]), [1e-25, 1e-25, Math.SQRT1_2]);
    await near(await slopes((x) => x.acosh(), [1e25, 2]), [1e-25, 1 / Math.sqrt(3)]);
    const angle = (x: Tensor): Tensor => x.select(0, 0).atan2(x.select(0, 1));
    await near(await slopes(angle, [3e20, 4e20]), [1.6e-21, -1.2e-21]);
    await near(await slopes(angle, [3e-25, 4e-25]), [1.6e24, -1.2e24]);
  });

  it("what is infinite or not a number stays so", async () => {
    const norm = (...x: number[]): Promise<number> => tensor(x, { backend }).norm().item();
    expect(await norm(Infinity, 1)).toBe(Infinity);
    expect(await norm(-Infinity, 1e-30)).toBe(Infinity);
    expect(await norm(NaN, 1)).toBeNaN();
    expect(await norm(0, 0)).toBe(0);
    expect(await norm(3e38, 3e38)).toBe(Infinity);
  });
});

it("Adam stops at a gradient whose square is infinite, unless it is clipped", async () => {
  const moved = async (prepare: (x: Tensor) => void): Promise<number> => {
    const x = tensor([1], { backend: fast }).requireGrad();
    const adam = new Adam([x], { learningRate: 0.5 });
    x.mul(1e20).sum().backward();
    prepare(x);
    adam.step();
    return x.item();
  };
  expect(await moved(() => {})).toBe(1);
  expect(await moved((x) => clipGradNorm([x], 1))).toBeCloseTo(0.5, 6);
});
