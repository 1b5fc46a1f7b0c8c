import { scalar } from "@dl/backend";
import { PointwiseOp, where, type Tensor } from "@dl/tensor";
import { Bernoulli } from "../bernoulli.ts";
import { Beta } from "../beta.ts";
import { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import { Dirichlet } from "../dirichlet.ts";
import { Exponential } from "../exponential.ts";
import { Gamma } from "../gamma.ts";
import { Laplace } from "../laplace.ts";
import { Normal } from "../normal.ts";
import { Poisson } from "../poisson.ts";
import { applyFormula } from "../special/apply-formula.ts";
import { digammaDifferenceOf, logBeta } from "../special/log-beta.ts";
import { digamma, lgamma } from "../special/log-gamma.ts";
import { Uniform } from "../uniform.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";
import {
  divergenceFromContinuousBernoulli,
  divergenceFromExponential,
  divergenceFromNormal,
  infinite,
} from "./cross-entropy.ts";

const digammaDifference = /* @__PURE__ */ new PointwiseOp("digammaDifference", digammaDifferenceOf);

const { add, div, equal, log, mul, select, sub } = scalar;

/** p ln(p / q) - p + q of rates; q where p is 0. */
const poissonDivergence = /* @__PURE__ */ new PointwiseOp("poissonDivergence", (p, q) =>
  select(equal(p, 0), q, add(mul(p, log(div(p, q))), sub(q, p))),
);

const eulerGamma = 0.5772156649015329;

/** The mean of -ln q over numbers of a mean and of a mean logarithm. */
const crossGamma = (q: Gamma, mean: Tensor, meanLog: Tensor): Tensor =>
  lgamma(q.concentration)
    .sub(q.concentration.mul(q.rate.log()))
    .sub(q.concentration.sub(1).mul(meanLog))
    .add(q.rate.mul(mean));

/** Σ x ln x at the ends of an interval over its width, less 1: the mean of ln x over it. */
const meanLogBetween = (low: Tensor, high: Tensor): Tensor =>
  high.xlogy(high).sub(low.xlogy(low)).div(high.sub(low)).sub(1);

/** Gamma, beta, Dirichlet and Poisson distributions. */
export const gammaForms: readonly ClosedForm[] = [
  closedForm(Gamma, Gamma, (p, q) => {
    const shapes = lgamma(q.concentration)
      .sub(lgamma(p.concentration))
      .add(p.concentration.sub(q.concentration).mul(digamma(p.concentration)));
    const rates = q.concentration.mul(p.rate.log().sub(q.rate.log()));
    return shapes.add(rates).add(p.concentration.mul(q.rate.sub(p.rate).div(p.rate)));
  }),
  closedForm(Gamma, Exponential, divergenceFromExponential),
  closedForm(Gamma, Normal, divergenceFromNormal),
  closedForm(Exponential, Gamma, (p, q) =>
    crossGamma(q, p.mean, p.rate.log().add(eulerGamma).neg()).sub(p.entropy()),
  ),
  closedForm(Uniform, Gamma, (p, q) =>
    where(
      p.low.less(0),
      Infinity,
      crossGamma(q, p.mean, meanLogBetween(p.low.maximum(0), p.high)).sub(p.entropy()),
    ),
  ),
  closedForm(Beta, Beta, (p, q) => {
    const [p1, p0] = [p.concentration1, p.concentration0];
    const [q1, q0] = [q.concentration1, q.concentration0];
    return logBeta(q1, q0)
      .sub(logBeta(p1, p0))
      .add(p1.sub(q1).mul(applyFormula(digammaDifference, p1, p0)))
      .add(p0.sub(q0).mul(applyFormula(digammaDifference, p0, p1)));
  }),
  closedForm(Beta, Gamma, (p, q) => {
    const meanLog = applyFormula(digammaDifference, p.concentration1, p.concentration0);
    return crossGamma(q, p.mean, meanLog).sub(p.entropy());
  }),
  closedForm(Beta, ContinuousBernoulli, divergenceFromContinuousBernoulli),
  closedForm(Beta, Exponential, divergenceFromExponential),
  closedForm(Beta, Normal, divergenceFromNormal),
  closedForm(Beta, Uniform, (p, q) => {
    const isNarrower = q.low.greater(0).logicalOr(q.high.less(1));
    return where(isNarrower, Infinity, q.width.log().sub(p.entropy()));
  }),
  closedForm(Uniform, Beta, (p, q) => {
    const isWider = p.low.less(0).logicalOr(p.high.greater(1));
    const [low, high] = [p.low.maximum(0), p.high.minimum(1)];
    const meanLogRest = meanLogBetween(high.neg().add(1), low.neg().add(1));
    const cross = logBeta(q.concentration1, q.concentration0)
      .sub(q.concentration1.sub(1).mul(meanLogBetween(low, high)))
      .sub(q.concentration0.sub(1).mul(meanLogRest));
    return where(isWider, Infinity, cross.sub(p.entropy()));
  }),
  closedForm(Dirichlet, Dirichlet, (p, q) => {
    const [own, other] = [p.concentration, q.concentration];
    const rest = own.sum(-1, { keepDims: true }).sub(own);
    const slopes = applyFormula(digammaDifference, own, rest);
    return q.logNormalizer().sub(p.logNormalizer()).add(own.sub(other).mul(slopes).sum(-1));
  }),
  closedForm(Poisson, Poisson, (p, q) => applyFormula(poissonDivergence, p.rate, q.rate)),
  closedForm(Bernoulli, Poisson, (p, q) => q.rate.sub(p.probs.xlogy(q.rate)).sub(p.entropy())),
  closedForm(Poisson, Bernoulli, infinite),
  ...[Exponential, Gamma, Laplace, Normal].map((p) => closedForm(p, Beta, infinite)),
  ...[Laplace, Normal].map((p) => closedForm(p, Gamma, infinite)),
  ...[ContinuousBernoulli, Uniform].map((q) => closedForm(Gamma, q, infinite)),
];
