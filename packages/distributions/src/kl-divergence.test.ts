import { gradientsOf } from "@dl/autograd";
import { ArgumentError } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { configure, Generator, tensor, zeros } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import type { Distribution } from "./distribution.ts";
import { Exponential } from "./exponential.ts";
import { Independent } from "./independent.ts";
import { klDivergence, monteCarloKl } from "./kl-divergence.ts";
import { Laplace } from "./laplace.ts";
import { Normal } from "./normal.ts";
import { Uniform } from "./uniform.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});
const samples = 200_000;

describe("by samples", () => {
  it("nears the closed form, and its gradients", async () => {
    const [loc, rate, logit] = [0.5, 2, 0.7].map((value) => tensor(value).requireGrad());
    const pairs: readonly (readonly [Distribution, Distribution])[] = [
      [new Normal(loc!, 0.8), new Laplace(0, 1)],
      [new Exponential(rate!), new Exponential(1)],
      [new Bernoulli({ logits: logit! }), new Bernoulli({ probs: 0.3 })],
    ];
    for (const [[p, q], parameter] of pairs.map(
      (pair, i) => [pair, [loc, rate, logit][i]!] as const,
    )) {
      const [exact, near] = [
        klDivergence(p, q),
        monteCarloKl(p, q, { samples, generator: new Generator(1) }),
      ];
      expect(await near.sub(exact).abs().item()).toBeLessThan(0.01);
      const [slope, nearSlope] = [exact, near].map((value) => gradientsOf(value, [parameter])[0]!);
      expect(await nearSlope!.sub(slope!).abs().item(), p.constructor.name).toBeLessThan(0.01);
    }
  });

  it("is infinite where p has values that q has not", async () => {
    const p = new Categorical({ probs: tensor([0.5, 0.5]) });
    const q = new Categorical({ probs: tensor([1, 0]) });
    expect(await monteCarloKl(p, q, { samples: 100 }).item()).toBe(Infinity);
    expect(await klDivergence(p, q).item()).toBe(Infinity);
    expect(await klDivergence(q, p).item()).toBeCloseTo(Math.LN2, 6);
  });

  it("needs a number of samples", () => {
    const p = new Normal(0, 1);
    expect(() => monteCarloKl(p, p, { samples: 0 })).toThrow(ArgumentError);
    expect(() => monteCarloKl(p, p, { samples: 2.5 })).toThrow("samples must be a whole number");
    expect(() => monteCarloKl(p, p, {} as { samples: number })).toThrow(ArgumentError);
  });
});

describe("by the table", () => {
  it("names a pair that is missing, and what to do", () => {
    expect(() => klDivergence(new Uniform(0, 1), new Laplace(0, 1))).toThrow(
      "klDivergence: there is no closed form for Uniform and Laplace. Estimate it with monteCarloKl(p, q, { samples: 1000 }).",
    );
    expect(() => klDivergence(new Normal(0, 1), {} as Normal)).toThrow("q must be a distribution");
  });

  it("reads events of one kind alone", () => {
    const batch = new Normal(zeros([2, 3]), 1);
    expect(klDivergence(new Independent(batch, 1), new Independent(batch, 1)).shape).toEqual([2]);
    expect(() => klDivergence(new Independent(batch, 1), new Independent(batch, 2))).toThrow(
      "received 1 and 2",
    );
    expect(() => klDivergence(new Independent(batch, 1), batch)).toThrow("no closed form");
  });

  it("broadcasts the two batches", () => {
    const p = new Normal(zeros([4, 1]), 1);
    expect(klDivergence(p, new Normal(zeros([3]), 1)).shape).toEqual([4, 3]);
    expect(klDivergence(p, new Uniform(zeros([3]), 1)).shape).toEqual([4, 3]);
  });

  it("keeps scales beyond the range of their ratio apart", async () => {
    const [wide, narrow] = [new Normal(0, 1e30), new Normal(0, 1e-30)];
    expect(await klDivergence(narrow, wide).item()).toBeCloseTo(60 * Math.LN10 - 0.5, 4);
    expect(await klDivergence(wide, narrow).item()).toBe(Infinity);
  });
});
