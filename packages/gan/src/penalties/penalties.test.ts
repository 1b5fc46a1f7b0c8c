import { gradcheck, gradgradcheck, noGrad } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { Linear, Tanh, Sequential } from "@dl/nn";
import {
  compile,
  configure,
  Generator,
  normal,
  ones,
  tensor,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { dcganDiscriminator } from "../networks/dcgan-discriminator.ts";
import { draganPenalty, gradientPenalty } from "./gradient-penalty.ts";
import type { Penalty } from "./penalty.ts";
import { r1Penalty, r2Penalty } from "./zero-centered.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const penalties = (seed: number): Record<string, Penalty> => ({
  "two-sided": gradientPenalty({ weight: 2, generator: new Generator(seed) }),
  "one-sided": gradientPenalty({
    weight: 2,
    target: 0.3,
    sided: "one",
    generator: new Generator(seed),
  }),
  DRAGAN: draganPenalty({ weight: 2, spread: 0.7, generator: new Generator(seed) }),
  R1: r1Penalty({ weight: 3 }),
  R2: r2Penalty({ weight: 3 }),
});
const names = Object.keys(penalties(0));

describe("penalties", () => {
  it("are what they should be for a plane", async () => {
    const weight = tensor([3, 4]); // a slope of length 5 everywhere
    const plane = (x: Tensor): Tensor => x.mul(weight).sum(1);
    const of = (penalty: Penalty): Promise<number> =>
      penalty(plane, ones([6, 2]), zeros([6, 2]), undefined).item();
    expect(await of(gradientPenalty({ weight: 2 }))).toBeCloseTo(2 * 16, 4);
    expect(await of(gradientPenalty({ weight: 2, target: 7 }))).toBeCloseTo(2 * 4, 4);
    expect(await of(gradientPenalty({ weight: 2, target: 7, sided: "one" }))).toBe(0);
    expect(await of(gradientPenalty({ weight: 2, target: 4, sided: "one" }))).toBeCloseTo(2, 4);
    expect(await of(draganPenalty({ weight: 2 }))).toBeCloseTo(2 * 16, 4);
    expect(await of(r1Penalty({ weight: 2 }))).toBeCloseTo(25, 4);
    expect(await of(r2Penalty({ weight: 2 }))).toBeCloseTo(25, 4);
  });

  it("look where they say", async () => {
    // The slope of ½x² is x itself.
    const bowl = (x: Tensor): Tensor => x.square().sum(1).mul(0.5);
    const [real, fake] = [ones([2000, 1]).mul(4), ones([2000, 1]).mul(2)];
    const of = (penalty: Penalty): Promise<number> => penalty(bowl, real, fake, undefined).item();
    expect(await of(r1Penalty({ weight: 2 }))).toBeCloseTo(16, 4);
    expect(await of(r2Penalty({ weight: 2 }))).toBeCloseTo(4, 4);
    // Uniform from 2 to 4: the mean of x² is 28 / 3.
    const generator = new Generator(1);
    const between = await of(gradientPenalty({ weight: 1, target: 0, generator }));
    expect(Math.abs(between - 28 / 3)).toBeLessThan(0.15);
    // Around samples of no spread there is no noise; around those of 1 there is a quarter.
    expect(await of(draganPenalty({ weight: 1, target: 0, generator }))).toBeCloseTo(16, 4);
    const spread = normal([4000, 1], { generator });
    const around = draganPenalty({ weight: 1, target: 0, generator })(
      bowl,
      spread,
      fake,
      undefined,
    );
    expect(Math.abs((await around.item()) - 1.25)).toBeLessThan(0.1);
  });

  it.each(names)("%s has the gradients of differences", async (name) => {
    const float64 = { dtype: "float64", backend: reference() } as const;
    const generator = new Generator(2);
    const draw = (shape: readonly number[]): Tensor => normal(shape, { generator, ...float64 });
    const [real, fake] = [draw([5, 3]), draw([5, 3])];
    // A new penalty for each call, with the same draws.
    const loss = (hidden: Tensor, output: Tensor): Tensor =>
      penalties(9)[name]!((x) => x.matmul(hidden).tanh().matmul(output), real, fake, undefined);
    const weights = [draw([3, 4]), draw([4, 1])];
    await gradcheck(loss, weights);
    await gradgradcheck(loss, weights);
  });

  it.each(names)("%s of a slope of 0 has a finite gradient", async (name) => {
    const weight = zeros([3, 1]).requireGrad();
    const loss = penalties(1)[name]!(
      (x) => x.matmul(weight),
      ones([2, 3]),
      zeros([2, 3]),
      undefined,
    );
    loss.backward();
    for (const value of await weight.grad!.data()) expect(Number.isFinite(value)).toBe(true);
  });

  it.each(names)("%s computes no gradient of a weight before it is asked for one", async (name) => {
    const network = new Sequential(new Linear(3, 8), new Tanh(), new Linear(8, 1));
    const [real, fake] = [normal([4, 3]), normal([4, 3])];
    const penalty = penalties(1)[name]!((x) => network.forward(x), real, fake, undefined);
    expect(network.parameters().map(({ grad }) => grad)).toEqual([null, null, null, null]);
    penalty.backward();
    // The last bias has no part in any slope.
    const has = network.parameters().map(({ grad }) => grad !== null);
    expect(has.slice(0, 3)).toEqual([true, true, true]);
    expect([real.requiresGrad, fake.requiresGrad]).toEqual([false, false]);
  });

  it.each(names)(
    "%s walks to weights alone where networks are linear piece by piece",
    async (name) => {
      const generator = new Generator(1);
      const judge = dcganDiscriminator({ size: 28, width: 2, normalization: "none", generator });
      const seen: Tensor[] = [];
      const look = (x: Tensor): Tensor => {
        seen.push(x);
        return judge.forward(x);
      };
      const [real, fake] = [0, 1].map(() => normal([3, 1, 28, 28], { generator }));
      penalties(1)[name]!(look, real!, fake!, undefined).backward();
      expect(seen.map(({ grad }) => grad)).toEqual([null]);
      const weights = judge.parameters().filter(({ ndim }) => ndim > 1);
      expect(weights.every(({ grad }) => grad !== null)).toBe(true);
    },
  );

  it.each(names)("%s is the same compiled, and where gradients are off", async (name) => {
    const network = new Sequential(new Linear(3, 8), new Tanh(), new Linear(8, 1));
    const [real, fake] = [normal([4, 3]), normal([4, 3])];
    const at = (): Tensor => {
      const penalty = penalties(4)[name]!((x) => network.forward(x), real, fake, undefined);
      return penalty.detach();
    };
    const expected = await at().item();
    const compiled = compile(at);
    for (let i = 0; i < 3; i++) expect(await compiled().item()).toBeCloseTo(expected, 5);
    const still = noGrad(() =>
      penalties(4)[name]!((x) => network.forward(x), real, fake, undefined),
    );
    expect(await still.item()).toBeCloseTo(expected, 5);
    expect(still.requiresGrad).toBe(false);
  });

  it("say what does not fit", () => {
    expect(() => gradientPenalty({ weight: -1 })).toThrow(
      "weight must be a finite number of at least 0: received -1",
    );
    expect(() => draganPenalty({ spread: NaN })).toThrow("spread must be a finite number");
    const judge = (x: Tensor): Tensor => x.sum(1);
    expect(() => gradientPenalty()(judge, ones([4, 2]), ones([3, 2]), undefined)).toThrow(
      "as many real samples are needed as generated ones: received [4, 2] and [3, 2]",
    );
    expect(() => r1Penalty()((x) => x.sum(), ones([4, 2]), ones([4, 2]), undefined)).toThrow(
      "a score of each sample is needed: received [] for samples [4, 2]",
    );
  });
});
