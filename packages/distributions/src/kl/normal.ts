import { Normal } from "../normal.ts";
import { closedForm, type ClosedForm } from "./closed-form.ts";

export const normalForms: readonly ClosedForm[] = [
  // ½ (r² + s² - 1) - ln r, of the scales' ratio r and the shift s in scales. The logarithms are taken
  // apart: the ratio may leave the range of floats.
  closedForm(Normal, Normal, (p, q) => {
    const ratio = p.scale.div(q.scale).square();
    const shift = p.loc.sub(q.loc).div(q.scale).square();
    return ratio.add(shift).sub(1).mul(0.5).add(q.scale.log().sub(p.scale.log()));
  }),
];
