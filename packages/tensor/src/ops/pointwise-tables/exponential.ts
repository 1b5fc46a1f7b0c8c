import { scalar, vanishingWhere, withPartials, type Scalar } from "@dl/backend";
import { binary, unary, unaryWithNumber } from "../pointwise-definition.ts";
import {
  abs,
  add,
  div,
  equal,
  exp,
  expm1,
  isNaN,
  less,
  lessEqual,
  log,
  log1p,
  max,
  mul,
  neg,
  pow,
  select,
  sub,
} from "../../scalar-functions.ts";

/** y (1 - y) stays finite where exp(-x) overflows. */
const sigmoidPartials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [
  mul(y, sub(1, y)),
];
export const sigmoid = (x: Scalar): Scalar =>
  withPartials(div(1, add(1, exp(neg(x)))), [x], sigmoidPartials);

const softplusPartials = ([x]: readonly Scalar[]): readonly Scalar[] => [sigmoid(x!)];
/** max(x, 0) + log(1 + exp(-|x|)): exp never overflows. */
export const softplus = (x: Scalar): Scalar =>
  withPartials(add(max(x, 0), log1p(exp(neg(abs(x))))), [x], softplusPartials);

const exp2Partials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [mul(y, Math.LN2)];

const logitPartials = ([x]: readonly Scalar[]): readonly Scalar[] => [div(1, mul(x!, sub(1, x!)))];

/** Each operand's share of the sum; half and half where the difference is Inf - Inf. */
const logaddexpPartials = ([a, b]: readonly Scalar[]): readonly Scalar[] => {
  const isEven = scalar.and(equal(a!, b!), equal(abs(a!), Infinity));
  return [select(isEven, 0.5, sigmoid(sub(a!, b!))), select(isEven, 0.5, sigmoid(sub(b!, a!)))];
};
const logaddexp = (a: Scalar, b: Scalar): Scalar =>
  withPartials(
    select(equal(a, b), add(a, Math.LN2), add(max(a, b), log1p(exp(neg(abs(sub(a, b))))))),
    [a, b],
    logaddexpPartials,
  );

/** Linear in x, at 0 too; only beside y ≤ 0, where log(y) is no number, is the slope 0 there. */
const xlogyPartials = ([x, y]: readonly Scalar[]): readonly Scalar[] => {
  const isZero = equal(x!, 0);
  const ratio = div(x!, y!);
  return [
    select(scalar.and(isZero, lessEqual(y!, 0)), 0, log(y!)),
    vanishingWhere(isZero, ratio, select(less(0, y!), ratio, 0)),
  ];
};
const xlogy = (x: Scalar, y: Scalar): Scalar => {
  const isZero = scalar.and(equal(x, 0), scalar.not(isNaN(y)));
  return withPartials(select(isZero, 0, mul(x, log(y))), [x, y], xlogyPartials);
};

export const exponential = {
  /**
   * e to the power of x.
   *
   * @example
   * await tensor([0, 1]).exp().toArray(); // => [1, 2.71828]
   */
  exp: unary(exp),
  /**
   * 2 to the power of x.
   *
   * @example
   * await tensor([3]).exp2().toArray(); // => [8]
   */
  exp2: unary((x) => withPartials(pow(2, x), [x], exp2Partials)),
  /**
   * exp(x) - 1, exact near 0.
   *
   * @example
   * await tensor([0, 1]).expm1().toArray(); // => [0, 1.71828]
   */
  expm1: unary(expm1),
  /**
   * Natural logarithm.
   *
   * @example
   * await tensor([1, 10]).log().toArray(); // => [0, 2.30259]
   */
  log: unary(log),
  /**
   * Logarithm to base 2.
   *
   * @example
   * await tensor([8]).log2().toArray(); // => [3]
   */
  log2: unary((x) => mul(log(x), Math.LOG2E)),
  /**
   * Logarithm to base 10.
   *
   * @example
   * await tensor([1000]).log10().toArray(); // => [3]
   */
  log10: unary((x) => mul(log(x), Math.LOG10E)),
  /**
   * log(1 + x), exact near 0.
   *
   * @example
   * await tensor([0, 1]).log1p().toArray(); // => [0, 0.693147]
   */
  log1p: unary(log1p),
  /**
   * log(exp(x) + exp(other)) without overflow.
   *
   * @example
   * await tensor([1000]).logaddexp(1000).toArray(); // => [1000.69]
   */
  logaddexp: binary(logaddexp),
  /**
   * log2(2ˣ + 2ᵒᵗʰᵉʳ) without overflow.
   *
   * @example
   * await tensor([3]).logaddexp2(3).toArray(); // => [4]
   */
  logaddexp2: binary((a, b) => mul(logaddexp(mul(a, Math.LN2), mul(b, Math.LN2)), Math.LOG2E)),
  /**
   * 1 / (1 + exp(-x)).
   *
   * @example
   * await tensor([0, 2]).sigmoid().toArray(); // => [0.5, 0.880797]
   */
  sigmoid: unary(sigmoid),
  /**
   * log(x / (1 - x)): the inverse of sigmoid.
   *
   * @example
   * await tensor([0.5, 0.75]).logit().toArray(); // => [0, 1.09861]
   */
  logit: unary((x) => withPartials(log(div(x, sub(1, x))), [x], logitPartials)),
  /**
   * log(1 + exp(beta x)) / beta, a smooth max(x, 0).
   *
   * @example
   * await tensor([0]).softplus().toArray(); // => [0.693147]
   */
  softplus: unaryWithNumber((x, beta) => div(softplus(mul(beta, x)), beta), 1),
  /**
   * log(sigmoid(x)) without underflow.
   *
   * @example
   * await tensor([0]).logSigmoid().toArray(); // => [-0.693147]
   */
  logSigmoid: unary((x) => neg(softplus(neg(x)))),
  /**
   * x · log(other), and 0 where x is 0.
   *
   * @example
   * await tensor([0, 2]).xlogy(3).toArray(); // => [0, 2.19722]
   */
  xlogy: binary(xlogy),
};
