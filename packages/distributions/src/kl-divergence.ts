import {
  checkCount,
  checkOptions,
  UnsupportedError,
  wrongType,
  type OptionKinds,
} from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { Distribution, sampleKinds, type SampleOptions } from "./distribution.ts";
import { boundedForms } from "./kl/bounded.ts";
import type { ClosedForm } from "./kl/closed-form.ts";
import { discreteForms } from "./kl/discrete.ts";
import { gammaForms } from "./kl/gamma-family.ts";
import { independentForms } from "./kl/independent.ts";
import { multivariateForms } from "./kl/multivariate.ts";
import { normalForms } from "./kl/normal.ts";
import { transformedForms } from "./kl/transformed.ts";

/** Every pair with a closed form: those of torch.distributions 1.13. */
const closedForms: readonly ClosedForm[] = [
  ...normalForms,
  ...boundedForms,
  ...gammaForms,
  ...discreteForms,
  ...multivariateForms,
  ...independentForms,
  ...transformedForms,
];

/**
 * Kullback-Leibler divergence of p from q in nats: the mean of ln p(x) - ln q(x) over x from p. Infinity
 * where p has values that q has not.
 *
 * Shape: that of the two batches, broadcast.
 * @throws {UnsupportedError} if the pair has no closed form.
 * @example
 * await klDivergence(new Normal(1, 1), new Normal(0, 1)).item(); // => 0.5
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  checkPair("klDivergence", p, q);
  const form = closedForms.find((known) => p instanceof known.p && q instanceof known.q);
  if (form !== undefined) return form.divergence(p, q, klDivergence);
  const [first, second] = [p, q].map(({ constructor }) => constructor.name);
  throw new UnsupportedError(
    "klDivergence",
    `there is no closed form for ${first} and ${second}. Estimate it with monteCarloKl(p, q, { samples: 1000 }).`,
    { received: [first, second] },
  );
}

/** How {@link monteCarloKl} samples. */
export interface MonteCarloOptions extends SampleOptions {
  /** How many values are drawn. */
  readonly samples: number;
}

const monteCarloKinds: OptionKinds<MonteCarloOptions> = { ...sampleKinds, samples: "number" };

/**
 * {@link klDivergence} of any pair, estimated from samples of p: the mean of ln p(x) - ln q(x).
 *
 * Its error falls with the root of the number of samples. Gradients reach the parameters of both, through
 * reparameterised samples where p has them, else by the score function (Williams 1992), which is
 * noisier.
 *
 * Shape: that of the two batches, broadcast.
 * @throws {ArgumentError} unless the number of samples is a whole one of at least 1.
 * @throws {ShapeError} if q has no values of the shape of p's.
 * @example
 * const [p, q] = [new Normal(1, 1), new Normal(0, 1)];
 * monteCarloKl(p, q, { samples: 1000 }).shape; // => [], about 0.5
 */
export function monteCarloKl(p: Distribution, q: Distribution, options: MonteCarloOptions): Tensor {
  checkPair("monteCarloKl", p, q);
  const { samples, ...rest } = checkOptions("monteCarloKl", options, monteCarloKinds);
  checkCount("monteCarloKl", "samples", samples);
  if (p.hasRsample) {
    const values = p.rsample([samples], rest);
    return p.logProb(values).sub(q.logProb(values)).mean(0);
  }
  const values = p.sample([samples], rest);
  const logP = p.logProb(values);
  // A factor of 1 whose slope is that of ln p: how the parameters change what is drawn. As a factor it
  // leaves an infinite ratio infinite.
  const weight = logP.sub(logP.detach()).exp();
  return logP.sub(q.logProb(values)).mul(weight).mean(0);
}

function checkPair(op: string, p: Distribution, q: Distribution): void {
  for (const [name, value] of Object.entries({ p, q }))
    if (!(value instanceof Distribution))
      throw wrongType(
        op,
        `${name} must be a distribution`,
        value,
        "Make one, such as new Normal(0, 1).",
      );
}
