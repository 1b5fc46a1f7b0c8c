import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, Generator, tensor, zeros, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Independent } from "../independent.ts";
import { klDivergence } from "../kl-divergence.ts";
import { Normal } from "../normal.ts";
import { AffineTransform } from "./affine-transform.ts";
import { ComposeTransform } from "./compose-transform.ts";
import {
  ExpTransform,
  SigmoidTransform,
  SoftplusTransform,
  TanhTransform,
} from "./element-transforms.ts";
import type { Transform } from "./transform.ts";
import { TransformedDistribution } from "./transformed-distribution.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const at = (value: number | number[]): Tensor => tensor(value, { dtype: "float64" });
const all: readonly (readonly [string, Transform])[] = [
  ["affine", new AffineTransform(0.5, -1.5)],
  ["exp", new ExpTransform()],
  ["tanh", new TanhTransform()],
  ["sigmoid", new SigmoidTransform()],
  ["softplus", new SoftplusTransform()],
  [
    "chain",
    new ComposeTransform([
      new AffineTransform(0.25, 2),
      new ComposeTransform([new TanhTransform()]),
    ]),
  ],
];

describe.each(all)("%s", (_name, transform) => {
  const x = (): Tensor => at([-3, -0.7, 0, 1e-3, 0.4, 2.5]);

  it("is undone by its inverse, and rises or falls by what it says", async () => {
    const y = transform.forward(x());
    const back = await transform.inverse(y).sub(x()).abs().amax().item();
    expect(back).toBeLessThan(1e-11);
    const leaf = x().requireGrad();
    const [slope] = gradientsOf(transform.forward(leaf).sum(), [leaf]);
    const logs = transform.logAbsDetJacobian(x(), y).sub(slope!.abs().log());
    expect(await logs.abs().amax().item()).toBeLessThan(1e-10);
    const { sign } = transform;
    expect(await slope!.sign().sub(sign).abs().amax().item()).toBe(0);
  });

  it("samples as it maps, with the same gradients of both orders", async () => {
    expect(await transform.drawn(x()).sub(transform.forward(x())).abs().amax().item()).toBeLessThan(
      1e-14,
    );
    for (const check of [gradcheck, gradgradcheck])
      await check((argument) => transform.drawn(argument), [x()]);
  });

  it("derivatives of both orders of the density", async () => {
    const y = transform.forward(at([-0.5, 0.25, 1]));
    for (const check of [gradcheck, gradgradcheck])
      await check(
        (loc, scale, value) =>
          new TransformedDistribution(new Normal(loc, scale), transform).logProb(value),
        [at([0, 0.5, -1]), at([1, 0.5, 2]), y],
      );
  });
});

describe("bounds", () => {
  it("±1, which tanh rounds to in float32, has a finite density and finite gradients", async () => {
    const backend = await cpu({ threads: 1 });
    const loc = tensor([8, -8], { backend }).requireGrad();
    const squashed = new TransformedDistribution(
      new Normal(loc, tensor(3, { backend })),
      new TanhTransform(),
    );
    const value = tensor([1, -1], { backend });
    const density = squashed.logProb(value);
    expect(await density.isFinite().all().item()).toBe(1);
    const [gradient] = gradientsOf(density.sum(), [loc]);
    expect(await gradient!.isFinite().all().item()).toBe(1);
  });

  it("values that nothing maps to have density 0, NaN stays NaN, and no gradient comes of either", async () => {
    const loc = at(0.5).requireGrad();
    const positive = new TransformedDistribution(new Normal(loc, 1), new ExpTransform());
    const density = positive.logProb(at([-1, 0, 1]));
    expect(await density.toArray()).toEqual([-Infinity, -Infinity, expect.closeTo(-1.0439385, 6)]);
    const [gradient] = gradientsOf(density.sum(), [loc]);
    expect(await gradient!.item()).toBeCloseTo(-0.5, 12);
    expect(await positive.logProb(at(NaN)).item()).toBeNaN();
  });

  it("beyond them the distribution function is 0 and 1", async () => {
    const squashed = new TransformedDistribution(new Normal(at(0), 1), new SigmoidTransform());
    expect(await squashed.cdf(at([-1, 0.5, 2])).toArray()).toEqual([0, expect.closeTo(0.5, 12), 1]);
  });
});

it("a falling transform turns probabilities round", async () => {
  const turned = new TransformedDistribution(new Normal(at(0), 1), [
    new ExpTransform(),
    new AffineTransform(0, -1),
  ]);
  expect(await turned.cdf(at(-1)).item()).toBeCloseTo(0.5, 12);
  expect(await turned.cdf(at(-10)).item()).toBeLessThan(0.02);
  const scales = new TransformedDistribution(
    new Normal(at(0), 1),
    new AffineTransform(0, at([1, -1])),
  );
  const [rising, falling] = await scales.cdf(at([0.3, 0.3])).toArray<number[]>();
  expect(rising).toBeCloseTo(falling!, 12);
});

describe("shapes", () => {
  it("parameters of transforms widen the batch", () => {
    const shifted = new TransformedDistribution(
      new Normal(0, 1),
      new AffineTransform(tensor([1, 2, 3]), 1),
    );
    expect(shifted.batchShape).toEqual([3]);
    expect(shifted.sample([2], { generator: new Generator(1) }).shape).toEqual([2, 3]);
    expect(shifted.logProb(zeros([2, 3])).shape).toEqual([2, 3]);
  });
  it("events stay events, whose Jacobian is summed", async () => {
    const base = new Independent(new Normal(zeros([4, 2]), 1), 1);
    const squashed = new TransformedDistribution(base, new TanhTransform());
    expect([squashed.batchShape, squashed.eventShape]).toEqual([[4], [2]]);
    const single = new TransformedDistribution(new Normal(0, 1), new TanhTransform());
    const expected = 2 * (await single.logProb(0.5).item());
    expect(await squashed.logProb(zeros([2]).add(0.5)).toArray()).toEqual(
      Array(4).fill(expect.closeTo(expected, 5)),
    );
    expect(await squashed.logProb(tensor([2, 0])).toArray()).toEqual(Array(4).fill(-Infinity));
  });
});

it("moments of what is shifted and scaled, and of nothing else", async () => {
  const moved = new TransformedDistribution(new Normal(at(1), 2), [
    new AffineTransform(1, 3),
    new AffineTransform(0, -1),
  ]);
  expect([await moved.mean.item(), await moved.mode.item(), await moved.variance.item()]).toEqual([
    -4, -4, 36,
  ]);
  expect(await moved.entropy().item()).toBeCloseTo(await new Normal(at(0), 6).entropy().item(), 12);
  const squashed = new TransformedDistribution(new Normal(0, 1), new TanhTransform());
  expect(() => squashed.mean).toThrow("mean: TransformedDistribution has no closed form of it.");
});

it("divergence of different transforms is refused, of the same that of the bases", async () => {
  const shift = new AffineTransform(1, 2);
  const make = (loc: number, ...transforms: Transform[]): TransformedDistribution =>
    new TransformedDistribution(new Normal(loc, 1), transforms);
  expect(
    await klDivergence(
      make(1, shift, new TanhTransform()),
      make(0, shift, new TanhTransform()),
    ).item(),
  ).toBeCloseTo(0.5, 6);
  expect(() => klDivergence(make(1, shift), make(0, new ExpTransform()))).toThrow(
    "klDivergence: there is no closed form for different transforms: received AffineTransform and ExpTransform.",
  );
});

it("only transforms make a chain", () => {
  expect(() => new ComposeTransform([Math.tanh as never])).toThrow(
    "ComposeTransform: each part must be a transform",
  );
});
