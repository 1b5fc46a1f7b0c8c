import { gradientsOf } from "@dl/autograd";
import {
  Bernoulli,
  Categorical,
  ContinuousBernoulli,
  klDivergence,
  Laplace,
  OneHotCategorical,
  RelaxedOneHotCategorical,
  Uniform,
} from "@dl/distributions";
import { tensor, zeros, type Tensor } from "@dl/tensor";
import { expect } from "vitest";

const slope = async (y: Tensor, x: Tensor): Promise<number[]> => [
  ...(await gradientsOf(y.sum(), [x])[0]!.data()),
];

/** What stands under "here" of distributions, by the words of its line. */
export const distributionLines: Readonly<Record<string, () => Promise<void>>> = {
  "probabilities of 0 and 1 in `Bernoulli` and `Categorical`": async () => {
    expect(await new Bernoulli({ probs: 0 }).logProb(tensor([0, 1])).toArray()).toEqual([
      -0,
      -Infinity,
    ]);
    const probs = tensor([1, 0]).requireGrad();
    const classes = new Categorical({ probs });
    expect(await classes.logProb(1).item()).toBe(-Infinity);
    expect(await slope(classes.entropy(), probs)).not.toContain(NaN);
  },
  "`logProb` outside the support": async () => {
    const grey = tensor([0.5]);
    expect(await new Bernoulli({ probs: 0.5 }).logProb(grey).toArray()).toEqual([-Infinity]);
    expect(await new ContinuousBernoulli({ probs: 0.5 }).logProb(grey).toArray()).toEqual([0]);
  },
  "the upper bound of a `Uniform`": async () => {
    expect(await new Uniform(0, 1).logProb(tensor([0, 1])).toArray()).toEqual([-0, -0]);
  },
  "divergences between a `ContinuousBernoulli` and the `Uniform` from 0 to 1": async () => {
    const [p, q] = [new ContinuousBernoulli({ probs: 0.3 }), new Uniform(0, 1)];
    // By numerical integration.
    expect(await klDivergence(p, q).item()).toBeCloseTo(0.0293862, 6);
    expect(await klDivergence(q, p).item()).toBeCloseTo(0.0297361, 6);
  },
  "a `ContinuousBernoulli` with logits beyond 16 in float32": async () => {
    const pixel = new ContinuousBernoulli({ logits: 100 });
    expect(await pixel.mean.item()).toBeCloseTo(0.99, 6);
  },
  "slopes of `cdf` and `icdf` of a `Laplace` in the middle": async () => {
    const [x, p] = [tensor(0).requireGrad(), tensor(0.5).requireGrad()];
    expect(await slope(new Laplace(0, 1).cdf(x), x)).toEqual([0.5]);
    expect(await slope(new Laplace(0, 1).icdf(p), p)).toEqual([2]);
  },
  "the slope of `OneHotCategorical.logProb` by the value": async () => {
    const value = tensor([0, 1]).requireGrad();
    const classes = new OneHotCategorical({ logits: zeros([2]) });
    const [first] = await slope(classes.logProb(value), value);
    expect(first).toBeCloseTo(-Math.LN2, 6);
  },
  "a share of a `RelaxedOneHotCategorical` that was rounded to 0": async () => {
    const shares = new RelaxedOneHotCategorical(0.5, { logits: zeros([2]) });
    expect(Number.isFinite(await shares.logProb(tensor([0, 1])).item())).toBe(true);
  },
  "`mean` and `variance` of a `Categorical`, `mode` of a `Uniform`": async () => {
    expect(() => new Categorical({ logits: zeros([2]) }).mean).toThrow("are names");
    expect(await new Uniform(0, 1).mode.item()).toBe(0.5);
  },
};
