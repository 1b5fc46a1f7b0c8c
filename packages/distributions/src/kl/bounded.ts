import { where, type Tensor } from "@dl/tensor";
import { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import { Exponential } from "../exponential.ts";
import { logSinhRatio } from "../log-sinh-ratio.ts";
import { Normal } from "../normal.ts";
import { Uniform } from "../uniform.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";
import { divergenceFromExponential, divergenceFromNormal, infinite } from "./cross-entropy.ts";

/** Uniform, exponential and continuous Bernoulli distributions: what has bounds. */
export const boundedForms: readonly ClosedForm[] = [
  closedForm(Uniform, Uniform, (p, q) => {
    const isWider = p.low.less(q.low).logicalOr(p.high.greater(q.high));
    return where(isWider, Infinity, q.width.log().sub(p.width.log()));
  }),
  closedForm(Uniform, Normal, divergenceFromNormal),
  closedForm(Uniform, Exponential, (p, q) =>
    where(p.low.less(0), Infinity, divergenceFromExponential(p, q)),
  ),
  closedForm(Uniform, ContinuousBernoulli, (p, q) => {
    const isWider = p.low.less(0).logicalOr(p.high.greater(1));
    return where(isWider, Infinity, fromContinuousBernoulli(p.mean, q).sub(p.entropy()));
  }),
  closedForm(Exponential, Exponential, divergenceFromExponential),
  closedForm(Exponential, Normal, divergenceFromNormal),
  closedForm(Exponential, Uniform, infinite),
  closedForm(Exponential, ContinuousBernoulli, infinite),
  closedForm(ContinuousBernoulli, ContinuousBernoulli, (p, q) =>
    fromContinuousBernoulli(p.mean, q).sub(p.entropy()),
  ),
  closedForm(ContinuousBernoulli, Normal, divergenceFromNormal),
  closedForm(ContinuousBernoulli, Exponential, divergenceFromExponential),
  closedForm(ContinuousBernoulli, Uniform, (p, q) => {
    const isNarrower = q.low.greater(0).logicalOr(q.high.less(1));
    return where(isNarrower, Infinity, q.width.log().sub(p.entropy()));
  }),
];

/** The mean of -ln q over numbers from 0 to 1 of this mean. */
function fromContinuousBernoulli(mean: Tensor, { logits }: ContinuousBernoulli): Tensor {
  return logSinhRatio(logits).sub(logits.mul(mean.sub(0.5)));
}
