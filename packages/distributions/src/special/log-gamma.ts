import { scalar, withPartials, type Partials, type Scalar } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { applyFormula } from "./apply-formula.ts";
import { polynomial } from "./polynomial.ts";

const { add, div, less, log, mul, select, sub } = scalar;

/** ½ ln 2π. */
export const halfLogTwoPi = 0.9189385332046727;

/**
 * How Γ is computed in a type: an argument below `shift` is first moved up by it,
 * Γ(x + shift) = x (x + 1) ... (x + shift - 1) Γ(x), and so many terms of Stirling's series follow.
 * The first term left out is below 1e-8 and 1e-15 from there on, and that of the second derivative
 * not much larger.
 */
interface GammaPrecision {
  readonly shift: 4 | 8;
  readonly terms: number;
}
const single: GammaPrecision = { shift: 4, terms: 4 };
const double: GammaPrecision = { shift: 8, terms: 7 };
export const gammaPrecision = ({ dtype }: Scalar): GammaPrecision =>
  dtype === "float32" ? single : double;

/** B₂ₖ / (2k (2k - 1)), k = 1, 2, ...: Stirling's series of ln Γ in odd powers of 1 / x. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];

/** What ln Γ is beyond (x - ½) ln x - x + ½ ln 2π, for x from `shift` on. */
export function stirlingRest(x: Scalar): Scalar {
  const inverse = div(1, x);
  const { terms } = gammaPrecision(x);
  return mul(inverse, polynomial(stirling.slice(0, terms), mul(inverse, inverse)));
}

/** Its derivative. */
export function stirlingRestSlope(inverseSquare: Scalar): Scalar {
  const { terms } = gammaPrecision(inverseSquare);
  const slopes = stirling.slice(0, terms).map((coefficient, k) => -(2 * k + 1) * coefficient);
  return mul(inverseSquare, polynomial(slopes, inverseSquare));
}

/**
 * Factors of x (x + 1) ... (x + shift - 1), paired from both ends: t, t + c₁, t + c₂, ... with
 * t = x (x + shift - 1).
 */
export function risingFactors(x: Scalar): readonly Scalar[] {
  const { shift } = gammaPrecision(x);
  const pairs = mul(x, add(x, shift - 1));
  return Array.from({ length: shift / 2 }, (_, i) =>
    i === 0 ? pairs : add(pairs, i * (shift - 1 - i)),
  );
}

const product = (factors: readonly Scalar[]): Scalar =>
  factors.reduce((all, factor) => mul(all, factor));

const isShifted = (x: Scalar): Scalar => less(x, gammaPrecision(x).shift);
export const shifted = (x: Scalar): Scalar =>
  select(isShifted(x), add(x, gammaPrecision(x).shift), x);

const lgammaPartials: Partials = ([x]) => [digammaOf(x!)];

/** ln Γ(x), and NaN below 0. */
export function lgammaOf(x: Scalar): Scalar {
  const z = shifted(x);
  const main = add(mul(sub(z, 0.5), sub(log(z), 1)), halfLogTwoPi - 0.5);
  const moved = select(isShifted(x), log(product(risingFactors(x))), 0);
  const value = sub(add(main, stirlingRest(z)), moved);
  return withPartials(select(less(x, 0), NaN, value), [x], lgammaPartials);
}

/** d ln Γ(x) / dx, and NaN below 0. */
export function digammaOf(x: Scalar): Scalar {
  const z = shifted(x);
  const inverse = div(1, z);
  const main = sub(log(z), mul(0.5, inverse));
  const rest = stirlingRestSlope(mul(inverse, inverse));
  // The logarithm's derivative, factor by factor: (2x + shift - 1) / factor.
  const slope = add(mul(x, 2), gammaPrecision(x).shift - 1);
  const moved = risingFactors(x)
    .map((factor) => div(slope, factor))
    .reduce((sum, term) => add(sum, term));
  const value = sub(add(main, rest), select(isShifted(x), moved, 0));
  return select(less(x, 0), NaN, value);
}

const lgammaOp = /* @__PURE__ */ new PointwiseOp("lgamma", lgammaOf);
const digammaOp = /* @__PURE__ */ new PointwiseOp("digamma", digammaOf);

/**
 * Logarithm of the gamma function for arguments of at least 0; NaN below.
 *
 * ln Γ(x) = (x - ½) ln x - x + ½ ln 2π + Σ B₂ₖ / (2k (2k - 1) x²ᵏ⁻¹), after small arguments were moved up
 * by Γ(x + 1) = x Γ(x). Near its zeros at 1 and 2 the error is absolute, 1e-6 in float32.
 *
 * Shape: that of x.
 * Source: Abramowitz & Stegun 1964, 6.1.41 and 6.1.15.
 *
 * @throws {DTypeError} unless x is a float tensor.
 * @example
 * await lgamma(tensor([1, 5])).toArray(); // => [0, 3.17805]
 */
export function lgamma(x: Tensor): Tensor {
  return applyFormula(lgammaOp, x);
}

/**
 * ψ(x), the derivative of {@link lgamma}, for arguments of at least 0; NaN below. Its own derivatives are the
 * polygamma functions.
 *
 * Shape: that of x.
 * Source: Abramowitz & Stegun 1964, 6.3.18 and 6.3.6.
 *
 * @throws {DTypeError} unless x is a float tensor.
 * @example
 * await digamma(tensor([1, 2])).toArray(); // => [-0.577216, 0.422784]
 */
export function digamma(x: Tensor): Tensor {
  return applyFormula(digammaOp, x);
}
