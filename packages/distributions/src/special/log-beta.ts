import { derivative, input, scalar, substitute, type Scalar } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { applyFormula } from "./apply-formula.ts";
import { gammaPrecision, halfLogTwoPi, risingFactors, shifted, stirlingRest } from "./log-gamma.ts";

const { add, div, less, log, log1p, mul, select, sub } = scalar;

/**
 * ln B(a, b) by Stirling's formula for all three gamma functions at once, whose large parts cancel
 * on paper: ½ ln 2π - (a - ½) ln(1 + b / a) - (b - ½) ln(1 + a / b) - ½ ln(a + b) and the rests.
 *
 * Its mechanical derivative has no cancellation either, where ψ(a) - ψ(a + b) loses all digits for large a.
 */
export function logBetaOf(a: Scalar, b: Scalar): Scalar {
  const [p, q] = [shifted(a), shifted(b)];
  const total = add(p, q);
  const powers = add(
    mul(sub(p, 0.5), log1p(div(q, p))),
    add(mul(sub(q, 0.5), log1p(div(p, q))), mul(0.5, log(total))),
  );
  const rests = sub(add(stirlingRest(p), stirlingRest(q)), stirlingRest(total));
  const moved = add(logRatio(a, add(a, b)), logRatio(b, add(p, b)));
  return sub(sub(add(rests, halfLogTwoPi), powers), moved);
}

/** ln of x (x + 1) ... over s (s + 1) ..., the steps by which B(x, s - x) is moved up; 0 where it is not. */
function logRatio(x: Scalar, s: Scalar): Scalar {
  const below = risingFactors(s);
  // One logarithm per pair: their product would underflow beside a large s.
  const sum = risingFactors(x)
    .map((factor, i) => log(div(factor, below[i]!)))
    .reduce((all, term) => add(all, term));
  return select(less(x, gammaPrecision(x).shift), sum, 0);
}

/** ψ(a) - ψ(a + b): the slope of ln B in a. */
export function digammaDifferenceOf(a: Scalar, b: Scalar): Scalar {
  // In inputs of their own, so that a node that stands in both a and b is not followed twice.
  const [first, second] = [input(0, a.dtype), input(1, a.dtype)];
  const slope = derivative(logBetaOf(first, second), first);
  return substitute(slope, (node) => (node === first ? a : node === second ? b : undefined));
}

const logBetaOp = /* @__PURE__ */ new PointwiseOp("logBeta", logBetaOf);

/**
 * Logarithm of the beta function, ln B(a, b) = ln Γ(a) + ln Γ(b) - ln Γ(a + b), for a and b above 0.
 *
 * Exact also where the three terms are large and their sum is small.
 *
 * Shape: a, b broadcast.
 * @throws {DTypeError} unless a tensor is float.
 * @throws {ShapeError} if the shapes do not broadcast.
 * @example
 * await logBeta(tensor([1, 2]), 3).toArray(); // => [-1.09861, -2.48491]
 */
export function logBeta(a: Tensor, b: Tensor | number): Tensor {
  return applyFormula(logBetaOp, a, b);
}
