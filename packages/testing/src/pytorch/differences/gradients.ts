import { gradientsOf, hessian } from "@dl/autograd";
import { conv2d, interpolate, maxUnpool2d, upfirdn2d } from "@dl/conv";
import { crossEntropy, Dropout } from "@dl/nn";
import { amax, amin, full, max, min, nanMean, norm, tensor, where, type Tensor } from "@dl/tensor";
import { expect } from "vitest";

type Call = (x: Tensor) => Tensor;

const int32 = (...numbers: number[]): Tensor => tensor(numbers, { dtype: "int32" });

/** The gradient of `f` at `x`, for an upstream gradient of `upstream` everywhere. */
async function slopes(
  f: Call,
  x: readonly number[],
  expected: readonly number[],
  upstream = 1,
): Promise<void> {
  const leaf = tensor(x).requireGrad();
  const y = f(leaf);
  const [gradient] = gradientsOf(y, [leaf], { gradient: full(y.shape, upstream) });
  expect(Array.from(await gradient!.data(), (slope) => slope + 0)).toEqual(expected);
}

const bends = async (
  f: Call,
  x: readonly number[],
  expected: readonly (readonly number[])[],
): Promise<void> => expect(await hessian(f)(tensor(x)).toArray()).toEqual(expected);

/** What stands under "here", by the words of its line. */
export const gradientLines: Readonly<Record<string, () => Promise<void>>> = {
  "an infinite gradient at `leakyRelu(0)`, `elu(0)`, `nanToNum`, `abs` of 0, `norm(Infinity)`, `amax`, `amin`":
    async () => {
      await slopes((x) => x.leakyRelu(0), [-1, 2], [0, Infinity], Infinity);
      await slopes((x) => x.elu(0), [-1, 2], [0, Infinity], Infinity);
      await slopes((x) => x.nanToNum(), [NaN, 2], [0, Infinity], Infinity);
      await slopes((x) => x.abs(), [0, 2], [0, Infinity], Infinity);
      await slopes((x) => norm(x, Infinity), [1, -3], [0, -Infinity], Infinity);
      await slopes((x) => amax(x), [1, 3], [0, Infinity], Infinity);
      await slopes((x) => amin(x), [1, 3], [Infinity, 0], Infinity);
    },
  "an infinite gradient where `Dropout` dropped": () =>
    slopes((x) => new Dropout(1).forward(x), [1, 2], [0, 0], Infinity),
  "a gate after an infinite slope: `where(x > 0, √x, 0)` at 0": async () => {
    await slopes((x) => where(x.greater(0), x.sqrt(), 0), [0, 4], [NaN, 0.25]);
    await slopes((x) => where(x.greater(0), x, 1).sqrt(), [0, 4], [0, 0.25]);
  },
  "`leakyRelu(0)` of -Infinity": async () =>
    expect(await tensor([-Infinity]).leakyRelu(0).toArray()).toEqual([0]),
  "an infinite weight of a convolution where it meets padding, forward and in gradients":
    async () => {
      const weight = tensor([[[[Infinity, 1, 1]]]]);
      const convolved: Call = (x) =>
        conv2d(x.reshape([1, 1, 1, 2]), weight, undefined, { padding: [0, 1] });
      expect(await convolved(tensor([1, 2])).toArray()).toEqual([[[[3, Infinity]]]]);
      await slopes(convolved, [1, 2], [Infinity, 2]);
    },
  "`interpolate` beside an infinity that has the weight 0, and an infinite filter of `upfirdn2d` over zeros that it puts in":
    async () => {
      const x = tensor([[[[1, Infinity, 2]]]]);
      const same = interpolate(x, { size: [1, 3], mode: "bilinear" });
      expect(await same.toArray()).toEqual([[[[1, Infinity, 2]]]]);
      const spread = upfirdn2d(tensor([[[[3, 5]]]]), tensor([[Infinity, 1]]), { up: [1, 2] });
      expect(await spread.toArray()).toEqual([[[[3, Infinity, 5]]]]);
    },
  "`amax` and `amin` of NaN": async () => {
    await slopes((x) => amax(x), [1, NaN, 2], [0, 1, 0]);
    await slopes((x) => amin(x), [1, NaN, 2], [0, 1, 0]);
  },
  "a tie in `fmax` and `fmin`": async () => {
    await slopes((x) => x.fmax(tensor([2])), [2], [0.5]);
    await slopes((x) => x.fmin(tensor([2])), [2], [0.5]);
  },
  "a tie in `max` and `min` along an axis": async () => {
    await slopes((x) => max(x, 0).values, [3, 1, 3], [1, 0, 0]);
    await slopes((x) => min(x, 0).values, [3, 1, 1], [0, 1, 0]);
  },
  "`logaddexp` of two equal infinities": async () => {
    await slopes((x) => x.logaddexp(Infinity), [Infinity], [0.5]);
    await slopes((x) => x.logaddexp(-Infinity), [-Infinity], [0.5]);
  },
  "`logsumexp` of Infinity": async () => {
    await slopes((x) => x.logsumexp(), [Infinity, 0], [1, 0]);
    await slopes((x) => x.logsumexp(), [Infinity, Infinity], [0.5, 0.5]);
  },
  "`hypot` and `atan2` at the origin": async () => {
    await slopes((x) => x.hypot(0), [0], [0]);
    await slopes((x) => x.atan2(tensor([0])), [0], [0]);
  },
  "the second derivative of a `norm` at 0: of `norm(x)²`": async () => {
    const diagonal = (value: number): number[][] => [
      [value, 0],
      [0, value],
    ];
    await bends((x) => norm(x).square(), [0, 0], diagonal(0));
    await bends((x) => x.square().sum(), [0, 0], diagonal(2));
  },
  "the second derivative of `elu`, `selu` and `celu` at 0": async () => {
    await bends((x) => x.elu(2).sum(), [0], [[2]]);
    await bends((x) => x.selu().sum(), [0], [[Math.fround(1.7580993408473766)]]);
    await bends((x) => x.celu(2).sum(), [0], [[0.5]]);
  },
  "the mixed derivative of aᵇ at b = 0": async () => {
    const f: Call = (x) => x.select(0, 0).pow(x.select(0, 1));
    await bends(
      f,
      [1, 0],
      [
        [0, 1],
        [1, 0],
      ],
    );
  },
  "the gradient of `xlogy` by y at (0, 0)": () => slopes((x) => tensor([0]).xlogy(x), [0], [0]),
  "a mean over nothing: `nanMean` of NaN alone, `crossEntropy` with weights of 0": async () => {
    const weighted: Call = (x) =>
      crossEntropy(x.reshape([1, 2]), int32(0), { weight: tensor([0, 0]) });
    for (const [mean, x] of [
      [nanMean, [NaN, NaN]],
      [weighted, [1, 2]],
    ] as const) {
      expect(await mean(tensor(x)).item()).toBeNaN();
      await slopes((leaf) => mean(leaf), x, [0, 0]);
    }
  },
  "`maxUnpool2d` of a place named twice": async () => {
    const unpooled: Call = (x) =>
      maxUnpool2d(x.reshape([1, 1, 1, 2]), int32(0, 0).reshape([1, 1, 1, 2]), [1, 2]);
    expect(await unpooled(tensor([1, 2])).toArray()).toEqual([[[[2, 0, 0, 0]]]]);
    await slopes(unpooled, [1, 2], [0, 1]);
  },
};
