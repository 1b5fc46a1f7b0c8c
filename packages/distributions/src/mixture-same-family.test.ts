import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, Generator, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Categorical } from "./categorical.ts";
import { MixtureSameFamily } from "./mixture-same-family.ts";
import { MultivariateNormal } from "./multivariate/multivariate-normal.ts";
import { Normal } from "./normal.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const at = (value: number[]): Tensor => tensor(value, { dtype: "float64" });
const numbers = (probs: Tensor, means: Tensor, scales: Tensor): MixtureSameFamily =>
  new MixtureSameFamily(new Categorical({ probs }), new Normal(means, scales));

describe("a weight of 0", () => {
  it("is as if its component were not there, in values and in gradients", async () => {
    const [probs, means, scales] = [at([0.25, 0, 0.75]), at([-1, 0, 2]), at([0.5, 1, 1])].map((x) =>
      x.requireGrad(),
    ) as [Tensor, Tensor, Tensor];
    const density = numbers(probs, means, scales).logProb(at([0.5, 100]));
    const without = numbers(at([0.25, 0.75]), at([-1, 2]), at([0.5, 1])).logProb(at([0.5, 100]));
    expect(await density.sub(without).abs().amax().item()).toBeLessThan(1e-12);
    const gradients = gradientsOf(density.sum(), [means, scales]);
    for (const gradient of gradients) {
      const [, unused, used] = await gradient.toArray<number[]>();
      expect(unused).toBe(0);
      expect(Number.isFinite(used)).toBe(true);
    }
  });
  it("draws nothing", async () => {
    const mixture = numbers(at([1, 0]), at([0, 1000]), at([1, 1]));
    expect(
      await mixture
        .sample([500], { generator: new Generator(1) })
        .amax()
        .item(),
    ).toBeLessThan(10);
  });
});

it("responsibilities are posterior probabilities", async () => {
  const mixture = numbers(at([0.25, 0.75]), at([-1, 1]), at([1, 1]));
  const shares = mixture.logResponsibilities(at([0])).exp();
  expect(await shares.toArray()).toEqual([[expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)]]);
});

it("moments are those of the parts within and between", async () => {
  const mixture = numbers(at([0.25, 0.75]), at([-1, 1]), at([0.5, 2]));
  expect(await mixture.mean.item()).toBeCloseTo(0.5, 12);
  expect(await mixture.variance.item()).toBeCloseTo(0.25 * 0.25 + 0.75 * 4 + 0.75, 12);
});

it("events of vectors, and one mixture for a batch", async () => {
  const mixture = new MixtureSameFamily(
    new Categorical({ probs: tensor([0.5, 0.5]) }),
    new MultivariateNormal(zeros([4, 2, 3]), {
      scaleTril: tensor([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    }),
  );
  expect([mixture.batchShape, mixture.eventShape]).toEqual([[4], [3]]);
  expect(mixture.sample([5], { generator: new Generator(1) }).shape).toEqual([5, 4, 3]);
  expect(mixture.logProb(zeros([5, 4, 3])).shape).toEqual([5, 4]);
  expect([mixture.mean.shape, mixture.variance.shape]).toEqual([
    [4, 3],
    [4, 3],
  ]);
  expect(mixture.expand([2, 4]).logProb(zeros([3])).shape).toEqual([2, 4]);
  expect(await mixture.logProb(zeros([3])).toArray()).toEqual(
    Array(4).fill(expect.closeTo(-2.756816, 5)),
  );
});

it("derivatives of both orders", async () => {
  const inputs = [at([0.25, 0.5, 0.75]), at([-1, 0, 2]), at([0.5, 1, 0.75])];
  for (const check of [gradcheck, gradgradcheck])
    await check(
      (...[probs, means, scales]) => numbers(probs!, means!, scales!).logProb(at([0.5, -1, 3])),
      inputs,
    );
});

it("refuses what does not fit", () => {
  const mixture = new Categorical({ probs: tensor([0.5, 0.5]) });
  expect(() => new MixtureSameFamily(mixture, new Normal(tensor([0, 1, 2]), 1))).toThrow(
    "MixtureSameFamily: needs as many components as classes: received 2 classes and a component of batch [3].",
  );
  expect(() => new MixtureSameFamily([0.5, 0.5] as never, new Normal(tensor([0, 1]), 1))).toThrow(
    "MixtureSameFamily: the mixture must be a Categorical",
  );
  const fine = new MixtureSameFamily(mixture, new Normal(tensor([0, 1]), 1));
  expect(() => fine.rsample()).toThrow("rsample: MixtureSameFamily has no reparameterised samples");
  expect(() => fine.entropy()).toThrow("entropy: MixtureSameFamily has no closed form of it.");
});
