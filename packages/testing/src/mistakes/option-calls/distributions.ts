import * as distributions from "@dl/distributions";
import { ones } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const { Distribution, GaussianMixture, Normal } = distributions;
const normal = (): distributions.Normal => new Normal(0, 1);

/** Given either probabilities or logits. */
const eitherFamilies = {
  Bernoulli: distributions.Bernoulli,
  Categorical: distributions.Categorical,
  ContinuousBernoulli: distributions.ContinuousBernoulli,
  OneHotCategorical: distributions.OneHotCategorical,
  OneHotCategoricalStraightThrough: distributions.OneHotCategoricalStraightThrough,
};

/** Of random quantities. */
export const distributionCalls: OptionCalls = {
  ...Object.fromEntries(
    Object.entries(eitherFamilies).map(([name, of]) => [`new ${name}`, () => [of]]),
  ),
  "new RelaxedOneHotCategorical": () => [distributions.RelaxedOneHotCategorical, 1],
  "new MultivariateNormal": () => [distributions.MultivariateNormal, ones([2])],
  "Distribution.sample": () => [Distribution.prototype.sample.bind(normal()), [2]],
  "Distribution.rsample": () => [Distribution.prototype.rsample.bind(normal()), [2]],
  // Its options are those of the distribution that it holds.
  "GaussianMixture.sample": () => [
    (count: number, options: distributions.SampleOptions) =>
      GaussianMixture.prototype.sample.call(
        { distribution: normal() } as unknown as distributions.GaussianMixture,
        count,
        options,
      ),
    2,
  ],
  monteCarloKl: () => [distributions.monteCarloKl, normal(), normal()],
};
