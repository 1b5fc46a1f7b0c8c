import { scalar, withPartials, type Partials, type Scalar } from "@dl/backend";
import { PointwiseOp, type Tensor } from "@dl/tensor";
import { applyFormula } from "./apply-formula.ts";
import { polynomial } from "./polynomial.ts";

const { abs, div, equal, exp, less, lessEqual, log, min, mul, neg, select, sqrt, sub } = scalar;

/** Numerator and denominator of a rational function, constant term first. */
type Rational = readonly [above: readonly number[], below: readonly number[]];

/** Around the median, in the middle of a tail, and far out. */
interface QuantileFormula {
  readonly central: Rational;
  readonly middle: Rational;
  readonly far: Rational;
}

// Wichura 1988, algorithm AS 241: PPND7 and PPND16.
const single: QuantileFormula = {
  central: [
    [3.3871327179, 50.434271938, 159.29113202, 59.10937472],
    [1, 17.895169469, 78.757757664, 67.1875636],
  ],
  middle: [
    [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103],
    [1, 0.7370016425, 0.12021132975],
  ],
  far: [
    [6.657905115, 3.081226386, 0.42868294337, 0.017337203997],
    [1, 0.24197894225, 0.012258202635],
  ],
};
const double: QuantileFormula = {
  central: [
    [
      3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
      45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
    ],
    [
      1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
      39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
    ],
  ],
  middle: [
    [
      1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
      1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833,
      7.7454501427834140764e-4,
    ],
    [
      1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455,
      0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4,
      1.05075007164441684324e-9,
    ],
  ],
  far: [
    [
      6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
      0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5,
      2.01033439929228813265e-7,
    ],
    [
      1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
      7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
      2.04426310338993978564e-15,
    ],
  ],
};

const quotient = ([above, below]: Rational, x: Scalar): Scalar =>
  div(polynomial(above, x), polynomial(below, x));

/** The quantile of a probability given as its distance from ½ and as the smaller of itself and 1 less itself. */
function quantile(fromHalf: Scalar, tail: Scalar): Scalar {
  const formula = fromHalf.dtype === "float32" ? single : double;
  const central = mul(fromHalf, quotient(formula.central, sub(0.180625, mul(fromHalf, fromHalf))));
  const depth = sqrt(neg(log(tail)));
  const outer = select(
    lessEqual(depth, 5),
    quotient(formula.middle, sub(depth, 1.6)),
    quotient(formula.far, sub(depth, 5)),
  );
  const magnitude = select(equal(tail, 0), Infinity, outer);
  const signed = select(less(fromHalf, 0), neg(magnitude), magnitude);
  return select(lessEqual(abs(fromHalf), 0.425), central, signed);
}

const sqrtTwoPi = 2.5066282746310002;
const halfSqrtPi = 0.886226925452758;

/** 1 / density of the result. */
const normalQuantilePartials: Partials = (_p, y) => [mul(sqrtTwoPi, exp(mul(0.5, mul(y, y))))];
const normalQuantileOf = (p: Scalar): Scalar =>
  withPartials(quantile(sub(p, 0.5), min(p, sub(1, p))), [p], normalQuantilePartials);

const erfinvPartials: Partials = (_x, y) => [mul(halfSqrtPi, exp(mul(y, y)))];
const erfinvOf = (x: Scalar): Scalar =>
  withPartials(
    mul(quantile(mul(x, 0.5), mul(sub(1, abs(x)), 0.5)), Math.SQRT1_2),
    [x],
    erfinvPartials,
  );

const normalQuantileOp = /* @__PURE__ */ new PointwiseOp("normalQuantile", normalQuantileOf);
const erfinvOp = /* @__PURE__ */ new PointwiseOp("erfinv", erfinvOf);

/**
 * The number below which a standard normal lies with probability p: the inverse of its distribution function.
 *
 * -Infinity at 0, Infinity at 1, NaN outside; also exact for probabilities near 0.
 *
 * Shape: that of p.
 * Source: Wichura 1988, algorithm AS 241, doi:10.2307/2347330.
 *
 * @throws {DTypeError} unless p is a float tensor.
 * @example
 * await normalQuantile(tensor([0.5, 0.975])).toArray(); // => [0, 1.95996]
 */
export function normalQuantile(p: Tensor): Tensor {
  return applyFormula(normalQuantileOp, p);
}

/**
 * Inverse of the error function; ±Infinity at ±1, NaN outside.
 *
 * Shape: that of x.
 * Source: Wichura 1988, algorithm AS 241, doi:10.2307/2347330.
 *
 * @throws {DTypeError} unless x is a float tensor.
 * @example
 * await erfinv(tensor([0, 0.5])).toArray(); // => [0, 0.476936]
 */
export function erfinv(x: Tensor): Tensor {
  return applyFormula(erfinvOp, x);
}
