import { clipGradNorm, Adam } from "@dl/optim";
import { BatchNorm, cosineSimilarity, LayerNorm, normalize } from "@dl/nn";
import { norm, tensor, zeros, type Tensor } from "@dl/tensor";
import { expect } from "vitest";

const near = async (x: Tensor, expected: readonly number[]): Promise<void> => {
  const found = Array.from(await x.data());
  expected.forEach((value, i) => expect(found[i]! / value).toBeCloseTo(1, 5));
};

/** The slope of `f` at x. */
async function slope(f: (x: Tensor) => Tensor, at: number): Promise<number> {
  const x = tensor([at]).requireGrad();
  f(x).sum().backward();
  return (await x.grad!.data())[0]!;
}

/** What stands under "here" of lengths, by the words of its line. */
export const lengthLines: Readonly<Record<string, () => Promise<void>>> = {
  "norms, `clipGradNorm`, `normalize`, `cosineSimilarity` of float32 beyond 1.8e19": async () => {
    const x = tensor([3e20, 4e20]);
    await near(norm(x), [5e20]);
    await near(normalize(x, 0), [0.6, 0.8]);
    await near(cosineSimilarity(x, tensor([1, 0]), 0), [0.6]);
    const leaf = tensor([1, 2]).requireGrad();
    leaf.mul(x).sum().backward();
    await near(clipGradNorm([leaf], 1), [5e20]);
    await near(leaf.grad!, [0.6, 0.8]);
  },
  "normalisation layers of such inputs": async () => {
    const x = tensor([[-1e20, 0, 1e20]]);
    await near(new LayerNorm([3]).forward(x).slice([[0], [0, 1]]), [-1.2247449]);
  },
  "slopes of `atan2`, `asinh`, `acosh` far out": async () => {
    expect((await slope((x) => x.asinh(), 1e25)) * 1e25).toBeCloseTo(1, 5);
    expect((await slope((x) => x.acosh(), 1e25)) * 1e25).toBeCloseTo(1, 5);
    expect((await slope((x) => x.atan2(tensor([1e25])), 1e25)) * 2e25).toBeCloseTo(1, 5);
  },
  "a normalisation layer with epsilon 0 and constant inputs": async () => {
    const layer = new BatchNorm(1, { epsilon: 0 });
    expect(await layer.forward(tensor([[2], [2]])).toArray()).toEqual([[0], [0]]);
  },
  "Adam and its like with gradients beyond 1.8e19": async () => {
    const x = zeros([1]).requireGrad();
    const optimizer = new Adam([x], { learningRate: 0.1 });
    for (const scale of [1e20, 1]) {
      optimizer.zeroGrad();
      x.mul(scale).sum().backward();
      optimizer.step();
    }
    expect(await x.toArray()).toEqual([0]);
  },
};
