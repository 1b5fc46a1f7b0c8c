import { scalar } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { Bernoulli } from "../bernoulli.ts";
import { Categorical } from "../categorical.ts";
import { OneHotCategorical } from "../one-hot-categorical.ts";
import { applyFormula } from "../special/apply-formula.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";

const { equal, mul, select, sub } = scalar;

/** p (ln p - ln q), and 0 where p is 0; Infinity where only q is. */
const term = /* @__PURE__ */ new PointwiseOp("klTerm", (p, logP, logQ) =>
  select(equal(p, 0), 0, mul(p, sub(logP, logQ))),
);

interface Classes {
  readonly probs: Tensor;
  readonly logits: Tensor;
}

/** Σ over the classes of p (ln p - ln q). */
function categoricalDivergence(p: Classes, q: Classes): Tensor {
  return applyFormula(term, p.probs, p.logits, q.logits).sum(-1);
}

export const discreteForms: readonly ClosedForm[] = [
  closedForm(Bernoulli, Bernoulli, (p, q) =>
    p.sides
      .map(({ probs, log }, side) => applyFormula(term, probs, log, q.sides[side]!.log))
      .reduce((sum, each) => sum.add(each)),
  ),
  closedForm(Categorical, Categorical, categoricalDivergence),
  closedForm(OneHotCategorical, OneHotCategorical, categoricalDivergence),
];
