import { scalar, withPartials, type Scalar } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { applyFormula } from "./special/apply-formula.ts";

const { div, equal, log, log1p, neg, select, sub } = scalar;

const slope = (p: Scalar): Scalar => select(equal(p, 0), 0, div(1, p));

const logOp = /* @__PURE__ */ new PointwiseOp("logProbability", (p) =>
  withPartials(log(p), [p], ([x]) => [slope(x!)]),
);
const logOfOtherOp = /* @__PURE__ */ new PointwiseOp("logOtherProbability", (p) =>
  withPartials(log1p(neg(p)), [p], ([x]) => [neg(slope(sub(1, x!)))]),
);

/**
 * ln p, for sums of p ln p and the like, in which a probability of 0 has no say: there it is -Infinity,
 * and lets no gradient through instead of an infinite one, which would meet 0.
 */
export function logProbability(p: Tensor): Tensor {
  return applyFormula(logOp, p);
}

/** ln(1 - p), in the same manner. */
export function logOtherProbability(p: Tensor): Tensor {
  return applyFormula(logOfOtherOp, p);
}
