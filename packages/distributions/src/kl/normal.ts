import { ContinuousBernoulli } from "../continuous-bernoulli.ts";
import { Exponential } from "../exponential.ts";
import { Laplace } from "../laplace.ts";
import { LogNormal } from "../log-normal.ts";
import { Normal } from "../normal.ts";
import { Uniform } from "../uniform.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";
import { divergenceFromNormal, infinite } from "./cross-entropy.ts";

/** ½ (1 + ln ½π): what is constant in the divergence of a normal from a Laplace distribution. */
const normalToLaplace = 0.7257913526447274;

/** Normal and Laplace distributions, and the logarithmic normal. */
export const normalForms: readonly ClosedForm[] = [
  // ½ (r² + s² - 1) - ln r, of the scales' ratio r and the shift s in scales. The logarithms are taken
  // apart: the ratio may leave the range of floats.
  closedForm(Normal, Normal, (p, q) => {
    const ratio = p.scale.div(q.scale).square();
    const shift = p.loc.sub(q.loc).div(q.scale).square();
    return ratio.add(shift).sub(1).mul(0.5).add(q.scale.log().sub(p.scale.log()));
  }),
  closedForm(LogNormal, LogNormal, (p, q, klDivergence) => klDivergence(p.base, q.base)),
  // ln of the scales' ratio, and the mean distance from q's loc in its scales.
  closedForm(Normal, Laplace, (p, q) => {
    const shift = p.loc.sub(q.loc);
    const standard = shift.div(p.scale);
    const near = standard
      .square()
      .mul(-0.5)
      .exp()
      .mul(p.scale)
      .mul(Math.sqrt(2 / Math.PI));
    const far = shift.mul(standard.mul(Math.SQRT1_2).erf());
    const distance = near.add(far).div(q.scale);
    return distance.add(q.scale.log().sub(p.scale.log())).sub(normalToLaplace);
  }),
  closedForm(Laplace, Laplace, (p, q) => {
    const distance = p.loc.sub(q.loc).abs();
    const near = distance.div(p.scale).neg().exp().mul(p.scale).div(q.scale);
    const logRatio = q.scale.log().sub(p.scale.log());
    return distance.div(q.scale).add(near).add(logRatio).sub(1);
  }),
  closedForm(Laplace, Normal, divergenceFromNormal),
  ...[Normal, Laplace].flatMap((p) =>
    [Uniform, Exponential, ContinuousBernoulli].map((q) => closedForm(p, q, infinite)),
  ),
];
