import { gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { compile, configure, Generator, normal, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { Exponential } from "./exponential.ts";
import { Normal } from "./normal.ts";
import { OneHotCategoricalStraightThrough } from "./one-hot-categorical.ts";
import { RelaxedOneHotCategorical } from "./relaxed-one-hot-categorical.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("in a compiled step", () => {
  it.each([
    [
      "Normal",
      (x: Tensor, generator: Generator) => new Normal(x, x.exp()).rsample([], { generator }),
    ],
    [
      "Exponential",
      (x: Tensor, generator: Generator) => new Exponential(x.exp()).rsample([], { generator }),
    ],
    [
      "RelaxedOneHotCategorical",
      (x: Tensor, generator: Generator) =>
        new RelaxedOneHotCategorical(0.5, { logits: x }).rsample([], { generator }),
    ],
    [
      "Bernoulli",
      (x: Tensor, generator: Generator) =>
        new Bernoulli({ logits: x }).sample([], { generator }).mul(x),
    ],
    [
      "Categorical",
      (x: Tensor, generator: Generator) =>
        new Categorical({ logits: x }).sample([3], { generator }).cast("float32").mul(x.sum()),
    ],
  ])("%s draws afresh in each call, the bits of plain steps", async (_name, draw) => {
    const run = (step: (x: Tensor) => Tensor[]): Promise<number[][]> =>
      Promise.all(
        Array.from({ length: 12 }, (_, i) => step(tensor([0.1, 0.5 + i, -1]))).map(
          async ([value, slope]) =>
            [await value!.toArray<number[]>(), await slope!.toArray<number[]>()].flat(),
        ),
      );
    const stepOf = (): ((x: Tensor) => Tensor[]) => {
      const generator = new Generator(3);
      return (x) => {
        const input = x.detach().requireGrad();
        const value = draw(input, generator);
        return [value, gradientsOf(value.square().sum(), [input])[0]!];
      };
    };
    const compiled = compile(stepOf());
    const replayed = await run(compiled);
    expect(replayed).toEqual(await run(stepOf()));
    expect(new Set(replayed.map(String)).size).toBe(12);
    expect(compiled.report.replays).toBeGreaterThan(4);
  });
});

it("a whole normal batch of latents is reparameterised without leaving the device", async () => {
  const [mean, logVariance] = [normal([128, 20]).requireGrad(), zeros([128, 20]).requireGrad()];
  const latent = new Normal(mean, logVariance.mul(0.5).exp()).rsample();
  const [byMean, byLogVariance] = gradientsOf(latent.sum(), [mean, logVariance]);
  expect(await byMean!.sub(1).abs().sum().item()).toBe(0);
  const noise = latent.sub(mean);
  expect(await byLogVariance!.sub(noise.mul(0.5)).abs().max().item()).toBeLessThan(1e-6);
});

it("a straight-through sample is exactly one class, and pulls on all", async () => {
  const logits = tensor([[0, 2, -1]]).requireGrad();
  const generator = new Generator(1);
  const drawn = new OneHotCategoricalStraightThrough({ logits }).rsample([500], { generator });
  const numbers = await drawn.data();
  expect(new Set(numbers)).toEqual(new Set([0, 1]));
  const weights = tensor([1, 2, 4]);
  const [slope] = gradientsOf(drawn.mul(weights).sum(), [logits]);
  const probs = logits.detach().requireGrad();
  const [expected] = gradientsOf(probs.softmax(-1).mul(weights).sum().mul(500), [probs]);
  expect(await slope!.sub(expected!).abs().max().item()).toBeLessThan(1e-3);
});
