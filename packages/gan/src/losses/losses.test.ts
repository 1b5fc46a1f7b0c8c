import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, Generator, normal, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import type { AdversarialLoss } from "./adversarial-loss.ts";
import { labelSmoothing } from "./label-smoothing.ts";
import {
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  relativisticAverage,
  wasserstein,
} from "./losses.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const losses = {
  minimax,
  nonSaturating,
  leastSquares,
  hinge,
  wasserstein,
  relativisticAverage,
  labelSmoothing: labelSmoothing({ real: 0.9, fake: 0.1 }),
};
const ln2 = Math.LN2;

/** The discriminator's loss and the generator's, all real outputs r and all generated ones f. */
async function at(loss: AdversarialLoss, r: number, f: number): Promise<[number, number]> {
  const [real, fake] = [tensor([r, r]), tensor([f, f])];
  const both = [loss.discriminator(real, fake), loss.generator(fake, () => real)];
  return (await Promise.all(both.map((x) => x.item()))) as [number, number];
}

describe("losses", () => {
  // Of logits r, f: [discriminator's, generator's].
  const values: [keyof typeof losses, number, number, number, number][] = [
    ["minimax", 0, 0, 2 * ln2, -ln2],
    ["minimax", 20, -20, 0, 0],
    ["minimax", -20, 20, 40, -20],
    ["minimax", 1e4, -1e4, 0, 0],
    ["minimax", -1e4, 1e4, 2e4, -1e4],
    ["nonSaturating", 0, 0, 2 * ln2, ln2],
    ["nonSaturating", 20, -20, 0, 20],
    ["nonSaturating", 1e4, -1e4, 0, 1e4],
    ["nonSaturating", -1e4, 1e4, 2e4, 0],
    ["leastSquares", 0, 0, 0.5, 0.5],
    ["leastSquares", 1, 0, 0, 0.5],
    ["leastSquares", 1e4, -1e4, (9999 ** 2 + 1e8) / 2, 10001 ** 2 / 2],
    ["hinge", 0, 0, 2, 0],
    ["hinge", 1, -1, 0, 1],
    ["hinge", 1e4, -1e4, 0, 1e4],
    ["hinge", -1e4, 1e4, 20002, -1e4],
    ["wasserstein", 0, 0, 0, 0],
    ["wasserstein", 1e4, -1e4, -2e4, 1e4],
    ["relativisticAverage", 0, 0, 2 * ln2, 2 * ln2],
    ["relativisticAverage", 1e4, -1e4, 0, 4e4],
    ["relativisticAverage", -1e4, 1e4, 4e4, 0],
    ["labelSmoothing", 0, 0, 2 * ln2, ln2],
    ["labelSmoothing", 1e4, -1e4, 0.1 * 1e4 + 0.1 * 1e4, 1e4],
  ];

  it.each(values)("%s of %d and %d", async (name, r, f, discriminator, generator) => {
    const [d, g] = await at(losses[name], r, f);
    expect(Math.abs(d - discriminator)).toBeLessThanOrEqual(1e-6 * Math.max(1, discriminator));
    expect(Math.abs(g - generator)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(generator)));
  });

  it.each(Object.entries(losses))("%s has finite gradients at logits of ±1e4", async (_, loss) => {
    for (const sign of [1, -1]) {
      const real = tensor([sign * 1e4, 0]).requireGrad();
      const fake = tensor([-sign * 1e4, 0]).requireGrad();
      const all = [
        ...gradientsOf(loss.discriminator(real, fake), [real, fake]),
        ...gradientsOf(
          loss.generator(fake, () => real),
          [fake],
        ),
      ];
      for (const gradient of all)
        for (const value of await gradient.data()) expect(Math.abs(value)).toBeLessThan(1e5);
    }
  });

  it("leaves minimax's generator without a gradient where the discriminator is sure", async () => {
    const slope = async (loss: AdversarialLoss, logit: number): Promise<number> => {
      const fake = tensor([logit]).requireGrad();
      return await gradientsOf(
        loss.generator(fake, () => fake),
        [fake],
      )[0]!.item();
    };
    // −σ(f) and −σ(−f): both want larger outputs, one of them when it has them already.
    expect(await slope(minimax, 0)).toBeCloseTo(-0.5, 6);
    expect(await slope(minimax, -20)).toBeGreaterThan(-1e-8);
    expect(await slope(nonSaturating, 0)).toBeCloseTo(-0.5, 6);
    expect(await slope(nonSaturating, -20)).toBeCloseTo(-1, 6);
  });

  it("has its least at the smoothed label", async () => {
    const { discriminator } = labelSmoothing({ real: 0.9 });
    const logit = tensor([Math.log(9)]).requireGrad();
    const [slope] = gradientsOf(discriminator(logit, tensor([0])), [logit]);
    expect(await slope!.item()).toBeCloseTo(0, 6);
    expect(() => labelSmoothing({ real: 1.2 })).toThrow("real must be from 0 to 1: received 1.2");
  });

  it.each(Object.entries(losses))("%s has the gradients of differences", async (_, loss) => {
    const generator = new Generator(3);
    const float64 = { dtype: "float64", backend: reference() } as const;
    const draw = (): Tensor => normal([6], { generator, ...float64 }).mul(2);
    const [real, fake] = [draw(), draw()];
    const both = (r: Tensor, f: Tensor): Tensor =>
      loss.discriminator(r, f).add(loss.generator(f, () => r).mul(0.7));
    await gradcheck(both, [real, fake]);
    await gradgradcheck(both, [real, fake]);
  });
});
