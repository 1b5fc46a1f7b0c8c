import { constantLike, scalar, withPartials, type Partials, type Scalar } from "@dl/backend";
import {
  abs,
  add,
  atan,
  cos,
  div,
  equal,
  exp,
  expm1,
  less,
  log,
  log1p,
  max,
  min,
  mul,
  neg,
  or,
  select,
  sin,
  sqrt,
  sub,
} from "../../scalar-functions.ts";
import { binary, unary } from "../pointwise-definition.ts";
import { hypot, isNegative } from "./arithmetic.ts";

/** `magnitude` with the sign of `x`, for odd functions computed on |x|. */
const withSignOf = (x: Scalar, magnitude: Scalar): Scalar =>
  select(less(x, 0), neg(magnitude), select(equal(x, 0), x, magnitude));

/** From here on x² + 1 is x² also in float64, and log(2x) is exact. */
const large = 1e9;

const tanPartials: Partials = (_args, y) => [add(1, mul(y, y))];
const tan = (x: Scalar): Scalar => withPartials(div(sin(x), cos(x)), [x], tanPartials);

/** (1 - x)(1 + x) keeps the digits that 1 - x² loses near 1. */
const oneMinusSquare = (x: Scalar): Scalar => mul(sub(1, x), add(1, x));

const asinPartials: Partials = ([x]) => [div(1, sqrt(oneMinusSquare(x!)))];
const asin = (x: Scalar): Scalar =>
  withPartials(atan(div(x, sqrt(oneMinusSquare(x)))), [x], asinPartials);

const acosPartials: Partials = ([x]) => [div(-1, sqrt(oneMinusSquare(x!)))];
const acos = (x: Scalar): Scalar =>
  withPartials(mul(2, atan(sqrt(div(sub(1, x), add(1, x))))), [x], acosPartials);

const atan2Partials: Partials = ([y, x]) => {
  // x / (x² + y²), whose squares may be out of range.
  const length = hypot(x!, y!);
  const perSquare = (side: Scalar): Scalar =>
    select(equal(length, 0), 0, div(div(side, length), length));
  return [perSquare(x!), perSquare(neg(y!))];
};
/** Angle in the first octant, then mirrored into the right one. */
function atan2(y: Scalar, x: Scalar): Scalar {
  const near = min(abs(x), abs(y));
  const far = max(abs(x), abs(y));
  // 0 / 0 is taken for 0 and Inf / Inf for 1, as IEEE 754 wants.
  const ratio = select(equal(far, 0), far, select(equal(near, far), 1, div(near, far)));
  const octant = select(or(scalar.isNaN(near), equal(far, far)), atan(ratio), near);
  const quadrant = select(less(abs(x), abs(y)), sub(Math.PI / 2, octant), octant);
  const half = select(isNegative(x), sub(Math.PI, quadrant), quadrant);
  return withPartials(select(isNegative(y), neg(half), half), [y, x], atan2Partials);
}

const coshOf = (x: Scalar): Scalar => {
  // exp(|x|) overflows before its half does.
  const root = exp(mul(0.5, abs(x)));
  const growing = mul(mul(0.5, root), root);
  return add(growing, div(0.25, growing));
};
const sinhOf = (x: Scalar): Scalar => {
  const rise = expm1(abs(x));
  const root = exp(mul(0.5, abs(x)));
  const magnitude = select(
    less(abs(x), 9),
    mul(0.5, add(rise, div(rise, add(rise, 1)))),
    sub(mul(mul(0.5, root), root), mul(0.5, exp(neg(abs(x))))),
  );
  return withSignOf(x, magnitude);
};
const sinhPartials: Partials = ([x]) => [cosh(x!)];
const coshPartials: Partials = ([x]) => [sinh(x!)];
const sinh = (x: Scalar): Scalar => withPartials(sinhOf(x), [x], sinhPartials);
const cosh = (x: Scalar): Scalar => withPartials(coshOf(x), [x], coshPartials);

const asinhPartials: Partials = ([x]) => [div(1, hypot(x!, constantLike(1, x!)))];
function asinh(x: Scalar): Scalar {
  const size = abs(x);
  const square = mul(x, x);
  const small = log1p(add(size, div(square, add(1, sqrt(add(square, 1))))));
  const magnitude = select(less(large, size), add(log(size), Math.LN2), small);
  return withPartials(withSignOf(x, magnitude), [x], asinhPartials);
}

/** Two roots: x² may be infinite. */
const acoshPartials: Partials = ([x]) => [div(1, mul(sqrt(sub(x!, 1)), sqrt(add(x!, 1))))];
function acosh(x: Scalar): Scalar {
  const above = sub(x, 1);
  // Two roots: their product is NaN below -1 too, where the root of the product is not.
  const small = log1p(add(above, mul(sqrt(above), sqrt(add(above, 2)))));
  return withPartials(select(less(large, x), add(log(x), Math.LN2), small), [x], acoshPartials);
}

const atanhPartials: Partials = ([x]) => [div(1, oneMinusSquare(x!))];
function atanh(x: Scalar): Scalar {
  // On |x|: for negative x the argument of log1p would near -1 and lose its digits.
  const size = abs(x);
  const magnitude = mul(0.5, log1p(div(mul(2, size), sub(1, size))));
  return withPartials(withSignOf(x, magnitude), [x], atanhPartials);
}

/** Angles in radians. */
export const trigonometry = {
  /**
   * Sine of an angle in radians.
   *
   * @example
   * await tensor([0, 1]).sin().toArray(); // => [0, 0.841471]
   */
  sin: unary(sin),
  /**
   * Cosine of an angle in radians.
   *
   * @example
   * await tensor([0, 1]).cos().toArray(); // => [1, 0.540302]
   */
  cos: unary(cos),
  /**
   * Tangent of an angle in radians.
   *
   * @example
   * await tensor([0, 1]).tan().toArray(); // => [0, 1.55741]
   */
  tan: unary(tan),
  /**
   * Angle whose sine is x, in [-π/2, π/2].
   *
   * @example
   * await tensor([0, 1]).asin().toArray(); // => [0, 1.5708]
   */
  asin: unary(asin),
  /**
   * Angle whose cosine is x, in [0, π].
   *
   * @example
   * await tensor([1, 0]).acos().toArray(); // => [0, 1.5708]
   */
  acos: unary(acos),
  /**
   * Angle whose tangent is x, in (-π/2, π/2).
   *
   * @example
   * await tensor([0, 1]).atan().toArray(); // => [0, 0.785398]
   */
  atan: unary(atan),
  /**
   * Angle of the point (other, x): x is the height, as in `Math.atan2`.
   *
   * @example
   * await tensor([1, -1]).atan2(-1).toArray(); // => [2.35619, -2.35619]
   */
  atan2: binary(atan2),
  /**
   * Hyperbolic sine: (exp(x) - exp(-x)) / 2.
   *
   * @example
   * await tensor([0, 1]).sinh().toArray(); // => [0, 1.1752]
   */
  sinh: unary(sinh),
  /**
   * Hyperbolic cosine: (exp(x) + exp(-x)) / 2.
   *
   * @example
   * await tensor([0, 1]).cosh().toArray(); // => [1, 1.54308]
   */
  cosh: unary(cosh),
  /**
   * Hyperbolic tangent, between -1 and 1.
   *
   * @example
   * await tensor([0, 1]).tanh().toArray(); // => [0, 0.761594]
   */
  tanh: unary(scalar.tanh),
  /**
   * The inverse of sinh.
   *
   * @example
   * await tensor([0, 1]).asinh().toArray(); // => [0, 0.881374]
   */
  asinh: unary(asinh),
  /**
   * The inverse of cosh.
   *
   * @example
   * await tensor([1, 2]).acosh().toArray(); // => [0, 1.31696]
   */
  acosh: unary(acosh),
  /**
   * The inverse of tanh.
   *
   * @example
   * await tensor([0, 0.5]).atanh().toArray(); // => [0, 0.549306]
   */
  atanh: unary(atanh),
  /**
   * Degrees to radians: x · π / 180.
   *
   * @example
   * await tensor([180]).deg2rad().toArray(); // => [3.14159]
   */
  deg2rad: unary((x) => mul(x, Math.PI / 180)),
  /**
   * Radians to degrees: x · 180 / π.
   *
   * @example
   * await tensor([Math.PI]).rad2deg().toArray(); // => [180]
   */
  rad2deg: unary((x) => mul(x, 180 / Math.PI)),
};
