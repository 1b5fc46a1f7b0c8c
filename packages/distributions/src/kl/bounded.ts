import { where } from "@dl/tensor";
import { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import { Exponential } from "../exponential.ts";
import { Normal } from "../normal.ts";
import { Uniform } from "../uniform.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";
import {
  divergenceFromContinuousBernoulli,
  divergenceFromExponential,
  divergenceFromNormal,
  infinite,
} from "./cross-entropy.ts";

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
    return where(isWider, Infinity, divergenceFromContinuousBernoulli(p, q));
  }),
  closedForm(Exponential, Exponential, divergenceFromExponential),
  closedForm(Exponential, Normal, divergenceFromNormal),
  closedForm(Exponential, Uniform, infinite),
  closedForm(Exponential, ContinuousBernoulli, infinite),
  closedForm(ContinuousBernoulli, ContinuousBernoulli, divergenceFromContinuousBernoulli),
  closedForm(ContinuousBernoulli, Normal, divergenceFromNormal),
  closedForm(ContinuousBernoulli, Exponential, divergenceFromExponential),
  closedForm(ContinuousBernoulli, Uniform, (p, q) => {
    const isNarrower = q.low.greater(0).logicalOr(q.high.less(1));
    return where(isNarrower, Infinity, q.width.log().sub(p.entropy()));
  }),
];
