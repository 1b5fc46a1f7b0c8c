import { derivative, scalar, type Scalar } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { applyFormula } from "./special/apply-formula.ts";
import { polynomial } from "./special/polynomial.ts";

const { abs, add, exp, less, log, log1p, mul, neg, select, sub } = scalar;

/** ± ζ(2k) / (k π²ᵏ), k = 1, 2, ...: ln(sinh h / h) in powers of h². */
const series = [
  1 / 6,
  -1 / 180,
  1 / 2835,
  -1 / 37_800,
  1 / 467_775,
  -691 / 3_831_077_250,
  2 / 127_702_575,
  -3617 / 2_605_132_530_000,
  43_867 / 350_813_659_321_125,
  -174_611 / 15_313_294_652_906_250,
];
/** Below it the series, and above it the closed form, give three derivatives to the type's digits. */
const seriesBelow = 0.5;

/** {@link logSinhRatio} in an expression. */
export function logSinhRatioOf(x: Scalar): Scalar {
  const h = mul(0.5, x);
  const isSmall = less(abs(h), seriesBelow);
  const square = mul(h, h);
  // In place of a small h, which the series serves, one that no derivative of the closed form minds.
  const size = select(isSmall, 1, abs(h));
  const closed = add(size, sub(log1p(neg(exp(mul(-2, size)))), log(mul(2, size))));
  return select(isSmall, mul(square, polynomial(series, square)), closed);
}

/** {@link logSinhRatioSlope} in an expression. */
export function logSinhRatioSlopeOf(x: Scalar): Scalar {
  return derivative(logSinhRatioOf(x), x);
}

const ratioOp = /* @__PURE__ */ new PointwiseOp("logSinhRatio", logSinhRatioOf);
const slopeOp = /* @__PURE__ */ new PointwiseOp("logSinhRatioSlope", logSinhRatioSlopeOf);
const curvatureOp = /* @__PURE__ */ new PointwiseOp("logSinhRatioCurvature", (x) =>
  derivative(logSinhRatioSlopeOf(x), x),
);

/**
 * ln(sinh h / h) with h = x / 2: what ln ∫₀¹ eˣᵗ dt is beyond x / 2. Smooth at 0, and exact for x of any size.
 */
export function logSinhRatio(x: Tensor): Tensor {
  return applyFormula(ratioOp, x);
}

/** Its derivative, ½ (coth h - 1 / h). */
export function logSinhRatioSlope(x: Tensor): Tensor {
  return applyFormula(slopeOp, x);
}

/** Its second derivative, ¼ (1 / h² - 1 / sinh² h). */
export function logSinhRatioCurvature(x: Tensor): Tensor {
  return applyFormula(curvatureOp, x);
}
