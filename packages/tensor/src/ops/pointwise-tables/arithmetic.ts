import {
  constantLike,
  isFloat,
  scalar,
  withPartials,
  type Partials,
  type Scalar,
} from "@dl/backend";
import { lowerBound, upperBound } from "../../core/number-operand.ts";
import {
  abs,
  add,
  cast,
  div,
  equal,
  floor,
  less,
  max,
  min,
  mod,
  mul,
  neg,
  pow,
  round,
  select,
  sqrt,
  sub,
} from "../../scalar-functions.ts";
import { binary, ternary, unary } from "../pointwise-definition.ts";
import { floorDivide, integerRemainder, signOf } from "./division.ts";
import { integerExponent, integerPower } from "./integer-power.ts";

/** x without its fraction. */
const trunc = (x: Scalar): Scalar => select(less(x, 0), neg(floor(neg(x))), floor(x));

const reciprocalPartials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [
  neg(mul(y, y)),
];
const reciprocal = (x: Scalar): Scalar => withPartials(div(1, x), [x], reciprocalPartials);

const rsqrtPartials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [
  mul(-0.5, mul(y, mul(y, y))),
];
const rsqrt = (x: Scalar): Scalar => withPartials(div(1, sqrt(x)), [x], rsqrtPartials);

const square = (x: Scalar): Scalar => mul(x, x);

/** As a quotient: 1 / x⁴ · x would be Inf · 0 at 0, and 0 · Inf far out. */
const inverseSquarePartials: Partials = ([x], y) => [mul(-2, div(y, x!))];
const inverseSquare = (x: Scalar): Scalar =>
  withPartials(div(1, square(x)), [x], inverseSquarePartials);

/** Below 0, or -0. */
export const isNegative = (x: Scalar): Scalar =>
  scalar.or(less(x, 0), scalar.and(equal(x, 0), less(div(1, x), 0)));

/** `magnitude`, which is not below 0, with the sign of `x`. */
const withSignOf = (x: Scalar, magnitude: Scalar): Scalar =>
  select(isNegative(x), neg(magnitude), magnitude);

/** Constant quotient between jumps; of magnitudes, the slope at 0 would be lost. */
const fmodPartials: Partials = ([a, b]) => [constantLike(1, a!), neg(trunc(div(a!, b!)))];
/** Of magnitudes, where the remainder is the same by every rule, and exact. */
const truncatedRemainder = (a: Scalar, b: Scalar): Scalar =>
  isFloat(a.dtype)
    ? withPartials(withSignOf(a, mod(abs(a), abs(b))), [a, b], fmodPartials)
    : integerRemainder(a, b);

/** A comparison's choice, with NaN only where both are. */
const ignoringNaN =
  (choose: (a: Scalar, b: Scalar) => Scalar) =>
  (a: Scalar, b: Scalar): Scalar =>
    select(scalar.isNaN(a), b, select(scalar.isNaN(b), a, choose(a, b)));
const heaviside = (x: Scalar, atZero: Scalar): Scalar =>
  select(equal(x, 0), atZero, select(scalar.isNaN(x), x, cast(less(0, x), x.dtype)));

/** Exponents worth a shorter formula than exp(b log x). */
const powers: ReadonlyMap<number, (x: Scalar) => Scalar> = new Map([
  [-2, inverseSquare],
  [-1, reciprocal],
  [-0.5, rsqrt],
  [0.5, sqrt],
  [1, (x) => x],
  [2, square],
  [3, (x) => mul(x, square(x))],
  [4, (x) => square(square(x))],
]);

/** The gradient points nowhere at the origin; 0 there keeps it finite. */
const hypotPartials = ([a, b]: readonly Scalar[], y: Scalar): readonly Scalar[] => {
  const isOrigin = equal(y, 0);
  return [select(isOrigin, 0, div(a!, y)), select(isOrigin, 0, div(b!, y))];
};
/** Scaled by the larger side, whose square may overflow. */
export function hypot(a: Scalar, b: Scalar): Scalar {
  const large = max(abs(a), abs(b));
  const ratio = div(min(abs(a), abs(b)), large);
  const finite = mul(large, sqrt(add(1, square(ratio))));
  // 0 / 0 and Inf / Inf: the larger side is the answer.
  const isEdge = scalar.or(equal(large, 0), equal(large, Infinity));
  return withPartials(select(isEdge, large, finite), [a, b], hypotPartials);
}

/** From whichever end is nearer, so that weight 1 gives `end` exactly. */
const lerp = (start: Scalar, end: Scalar, weight: Scalar): Scalar => {
  const difference = sub(end, start);
  return select(
    less(weight, 0.5),
    add(start, mul(weight, difference)),
    sub(end, mul(difference, sub(1, weight))),
  );
};

export const arithmetic = {
  /**
   * x + other.
   *
   * @example
   * await tensor([1, 2]).add(10).toArray(); // => [11, 12]
   */
  add: binary(add, { types: "numeric" }),
  /**
   * x - other.
   *
   * @example
   * await tensor([1, 2]).sub(10).toArray(); // => [-9, -8]
   */
  sub: binary(sub, { types: "numeric" }),
  /**
   * x · other, element by element.
   *
   * @example
   * await tensor([1, 2]).mul(10).toArray(); // => [10, 20]
   */
  mul: binary(mul, { types: "numeric" }),
  /**
   * x / other; integers are divided as float32, by 0 too: ±Infinity or NaN.
   *
   * @example
   * await tensor([1, 2]).div(4).toArray(); // => [0.25, 0.5]
   */
  div: binary(div, { types: "trueFloat" }),
  /**
   * Quotient rounded down. Integers by 0 give 0, as in NumPy; -2³¹ by -1 wraps to -2³¹.
   *
   * @example
   * await tensor([-7, 7]).floorDivide(2).toArray(); // => [-4, 3]
   */
  floorDivide: binary(floorDivide, { types: "numeric" }),
  /**
   * Remainder with the sign of the divisor, as Python's `%`; 0 for integers by 0.
   *
   * @example
   * await tensor([-7, 7]).remainder(3).toArray(); // => [2, 1]
   */
  remainder: binary(mod, { types: "numeric" }),
  /**
   * Remainder with the sign of x, as C's and JavaScript's `%`; 0 for integers by 0.
   *
   * @example
   * await tensor([-7, 7]).fmod(3).toArray(); // => [-1, 1]
   */
  fmod: binary(truncatedRemainder, { types: "numeric" }),
  /**
   * x to the power of the exponent. Integers stay integers, and wrap.
   *
   * @throws {ArgumentError} for integers to a whole number below 0; of a tensor's exponents below 0
   * the whole part is taken.
   *
   * @example
   * await tensor([2, 3]).pow(2).toArray(); // => [4, 9]
   */
  pow: binary((base, exponent) => (isFloat(base.dtype) ? pow : integerPower)(base, exponent), {
    types: "numeric",
    numberRules: [integerExponent],
    numberForms: powers,
  }),
  /**
   * The larger of the two; NaN when either is NaN. At a tie each gets half the gradient.
   *
   * @example
   * await tensor([1, 5]).maximum(3).toArray(); // => [3, 5]
   */
  maximum: binary(max, { types: "any", numberRules: [lowerBound] }),
  /**
   * The smaller of the two; NaN when either is NaN. At a tie each gets half the gradient.
   *
   * @example
   * await tensor([1, 5]).minimum(3).toArray(); // => [1, 3]
   */
  minimum: binary(min, { types: "any", numberRules: [upperBound] }),
  /**
   * The larger of the two, and the other where one is NaN.
   *
   * @example
   * await tensor([NaN, 5]).fmax(3).toArray(); // => [3, 5]
   */
  fmax: binary(ignoringNaN(max), { numberRules: [lowerBound] }),
  /**
   * The smaller of the two, and the other where one is NaN.
   *
   * @example
   * await tensor([NaN, 5]).fmin(3).toArray(); // => [3, 3]
   */
  fmin: binary(ignoringNaN(min), { numberRules: [upperBound] }),
  /**
   * |x| with the sign of the other, whose zeros have one.
   *
   * @example
   * await tensor([1, -2]).copySign(-1).toArray(); // => [-1, -2]
   */
  copySign: binary((x, other) => withSignOf(other, abs(x))),
  /**
   * 1 above 0, 0 below, and the other at 0.
   *
   * @example
   * await tensor([-1, 0, 1]).heaviside(0.5).toArray(); // => [0, 0.5, 1]
   */
  heaviside: binary(heaviside),
  /**
   * Whether x is below 0, or -0.
   *
   * @example
   * await tensor([-1, 2]).signBit().toArray(); // => [true, false]
   */
  signBit: unary(isNegative),
  /**
   * -x.
   *
   * @example
   * await tensor([1, -2]).neg().toArray(); // => [-1, 2]
   */
  neg: unary(neg, { types: "numeric" }),
  /**
   * |x|; the derivative at 0 is 0.
   *
   * @example
   * await tensor([-1, 2]).abs().toArray(); // => [1, 2]
   */
  abs: unary(abs, { types: "numeric" }),
  /**
   * 1, 0 or -1.
   *
   * @example
   * await tensor([-3, 0, 2]).sign().toArray(); // => [-1, 0, 1]
   */
  sign: unary(signOf, { types: "numeric" }),
  /**
   * 1 / x; integers become float32.
   *
   * @example
   * await tensor([2, 4]).reciprocal().toArray(); // => [0.5, 0.25]
   */
  reciprocal: unary(reciprocal, { types: "trueFloat" }),
  /**
   * x².
   *
   * @example
   * await tensor([2, -3]).square().toArray(); // => [4, 9]
   */
  square: unary(square, { types: "numeric" }),
  /**
   * Square root.
   *
   * @example
   * await tensor([4, 9]).sqrt().toArray(); // => [2, 3]
   */
  sqrt: unary(sqrt),
  /**
   * 1 / √x.
   *
   * @example
   * await tensor([4, 16]).rsqrt().toArray(); // => [0.5, 0.25]
   */
  rsqrt: unary(rsqrt),
  /**
   * Largest whole number not above x.
   *
   * @example
   * await tensor([-1.5, 1.5]).floor().toArray(); // => [-2, 1]
   */
  floor: unary(floor),
  /**
   * Smallest whole number not below x.
   *
   * @example
   * await tensor([-1.5, 1.5]).ceil().toArray(); // => [-1, 2]
   */
  ceil: unary((x) => neg(floor(neg(x)))),
  /**
   * Nearest whole number, halves to even.
   *
   * @example
   * await tensor([0.5, 1.5, 2.4]).round().toArray(); // => [0, 2, 2]
   */
  round: unary(round),
  /**
   * x without its fraction.
   *
   * @example
   * await tensor([-1.5, 1.5]).trunc().toArray(); // => [-1, 1]
   */
  trunc: unary(trunc),
  /**
   * What `trunc` drops; has the sign of x.
   *
   * @example
   * await tensor([-1.5, 1.25]).frac().toArray(); // => [-0.5, 0.25]
   */
  frac: unary((x) => sub(x, trunc(x))),
  /**
   * √(x² + other²) without overflow on the way.
   *
   * @example
   * await tensor([3]).hypot(4).toArray(); // => [5]
   */
  hypot: binary(hypot),
  /**
   * x + weight · (end - x).
   *
   * @example
   * await tensor([0, 10]).lerp(20, 0.5).toArray(); // => [10, 15]
   */
  lerp: ternary(lerp),
};
