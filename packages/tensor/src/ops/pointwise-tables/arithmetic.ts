import { dtypes, scalar, withPartials, type Scalar } from "@dl/backend";
import { binary, ternary, unary } from "../pointwise-definition.ts";
import {
  abs,
  add,
  bitcast,
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

/** 1 above 0, -1 below, 0 at 0. */
const signOf = (x: Scalar): Scalar =>
  dtypes[x.dtype].kind === "float" || x.dtype === "int32"
    ? sub(cast(less(0, x), x.dtype), cast(less(x, 0), x.dtype))
    : cast(less(0, x), x.dtype);

/** x without its fraction. */
const trunc = (x: Scalar): Scalar => select(less(x, 0), neg(floor(neg(x))), floor(x));

const isFiniteScalar = (x: Scalar): Scalar => less(abs(x), Infinity);

/** By way of the remainder, which is exact where the quotient may be rounded up to a whole number. */
function floorDivide(a: Scalar, b: Scalar): Scalar {
  if (dtypes[a.dtype].kind !== "float") return integerQuotient(a, b);
  const finite = round(div(sub(a, mod(a, b)), b));
  // a - a is NaN for infinite a.
  const byInfinity = add(floor(mul(0.5, mul(signOf(a), signOf(b)))), sub(a, a));
  const byNonzero = select(scalar.or(isFiniteScalar(b), scalar.isNaN(b)), finite, byInfinity);
  return select(equal(b, 0), div(a, b), byNonzero);
}

/**
 * Integers have no division instruction, and their quotient is not exact in float32. Taken twice it
 * is: after the first estimate what is left is below 2¹⁰ divisors.
 */
function integerQuotient(a: Scalar, b: Scalar): Scalar {
  const quotient = (numerator: Scalar): Scalar =>
    round(div(cast(numerator, "float32"), cast(b, "float32")));
  const remainder = mod(a, b);
  // Rounded towards zero first: the multiple of b below a may lie outside the integers.
  const isBelow = scalar.and(scalar.not(equal(remainder, 0)), scalar.xor(less(a, 0), less(b, 0)));
  const multiple = sub(a, select(isBelow, sub(remainder, b), remainder));
  const estimate = cast(quotient(multiple), a.dtype);
  // Signed also for uint32, since the estimate may be too large.
  const rest = bitcast(sub(multiple, mul(estimate, b)), "int32");
  const towardsZero = add(estimate, bitcast(cast(quotient(rest), "int32"), a.dtype));
  return sub(towardsZero, cast(isBelow, a.dtype));
}

const reciprocalPartials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [
  neg(mul(y, y)),
];
const reciprocal = (x: Scalar): Scalar => withPartials(div(1, x), [x], reciprocalPartials);

const rsqrtPartials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [
  mul(-0.5, mul(y, mul(y, y))),
];
const rsqrt = (x: Scalar): Scalar => withPartials(div(1, sqrt(x)), [x], rsqrtPartials);

const square = (x: Scalar): Scalar => mul(x, x);

/** Below 0, or -0. */
export const isNegative = (x: Scalar): Scalar =>
  scalar.or(less(x, 0), scalar.and(equal(x, 0), less(div(1, x), 0)));

/** `magnitude`, which is not below 0, with the sign of `x`. */
const withSignOf = (x: Scalar, magnitude: Scalar): Scalar =>
  select(isNegative(x), neg(magnitude), magnitude);

/** Of magnitudes, where the remainder is the same by every rule, and exact. */
const truncatedRemainder = (a: Scalar, b: Scalar): Scalar => withSignOf(a, mod(abs(a), abs(b)));

/** A comparison's choice, with NaN only where both are. */
const ignoringNaN =
  (choose: (a: Scalar, b: Scalar) => Scalar) =>
  (a: Scalar, b: Scalar): Scalar =>
    select(scalar.isNaN(a), b, select(scalar.isNaN(b), a, choose(a, b)));
const referenceIgnoringNaN =
  (choose: (a: number, b: number) => number) =>
  (a: number, b: number): number =>
    Number.isNaN(a) ? b : Number.isNaN(b) ? a : choose(a, b);

const heaviside = (x: Scalar, atZero: Scalar): Scalar =>
  select(equal(x, 0), atZero, select(scalar.isNaN(x), x, cast(less(0, x), x.dtype)));

/** Exponents worth a shorter formula than exp(b log x). */
const powers: ReadonlyMap<number, (x: Scalar) => Scalar> = new Map([
  [-2, (x) => reciprocal(square(x))],
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

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

function referenceRemainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function referenceQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  if (Math.abs(b) === Infinity)
    return Number.isFinite(a) ? Math.min(Math.sign(a) * Math.sign(b), 0) : NaN;
  return Math.round((a - referenceRemainder(a, b)) / b);
}

export const arithmetic = {
  /**
   * x + other.
   *
   * @example
   * await tensor([1, 2]).add(10).toArray(); // => [11, 12]
   */
  add: binary(add, { types: "numeric", reference: (a, b) => a + b }),
  /**
   * x - other.
   *
   * @example
   * await tensor([1, 2]).sub(10).toArray(); // => [-9, -8]
   */
  sub: binary(sub, { types: "numeric", reference: (a, b) => a - b }),
  /**
   * x · other, element by element.
   *
   * @example
   * await tensor([1, 2]).mul(10).toArray(); // => [10, 20]
   */
  mul: binary(mul, { types: "numeric", reference: (a, b) => a * b }),
  /**
   * x / other; integers are divided as float32.
   *
   * @example
   * await tensor([1, 2]).div(4).toArray(); // => [0.25, 0.5]
   */
  div: binary(div, { types: "trueFloat", reference: (a, b) => a / b, domain: [0.5, 2] }),
  /**
   * Quotient rounded down.
   *
   * @example
   * await tensor([-7, 7]).floorDivide(2).toArray(); // => [-4, 3]
   */
  floorDivide: binary(floorDivide, {
    types: "numeric",
    reference: referenceQuotient,
    domain: [0.6, 7],
    isDifferentiable: false,
  }),
  /**
   * Remainder with the sign of the divisor, as Python's `%`.
   *
   * @example
   * await tensor([-7, 7]).remainder(3).toArray(); // => [2, 1]
   */
  remainder: binary(mod, {
    types: "numeric",
    reference: referenceRemainder,
    domain: [0.6, 0.9],
  }),
  /**
   * Remainder with the sign of x, as C's and JavaScript's `%`.
   *
   * @example
   * await tensor([-7, 7]).fmod(3).toArray(); // => [-1, 1]
   */
  fmod: binary(truncatedRemainder, {
    reference: (a, b) => a % b,
    domain: [0.6, 0.9],
  }),
  /**
   * x to the power of the exponent.
   *
   * @example
   * await tensor([2, 3]).pow(2).toArray(); // => [4, 9]
   */
  pow: binary(
    pow,
    {
      reference: (a, b) =>
        a === 1 || b === 0 ? 1 : Math.abs(a) === 1 && Math.abs(b) === Infinity ? 1 : a ** b,
      domain: [0.3, 2.5],
    },
    powers,
  ),
  /**
   * The larger of the two; NaN when either is NaN. At a tie each gets half the gradient.
   *
   * @example
   * await tensor([1, 5]).maximum(3).toArray(); // => [3, 5]
   */
  maximum: binary(max, { types: "any", reference: Math.max }),
  /**
   * The smaller of the two; NaN when either is NaN. At a tie each gets half the gradient.
   *
   * @example
   * await tensor([1, 5]).minimum(3).toArray(); // => [1, 3]
   */
  minimum: binary(min, { types: "any", reference: Math.min }),
  /**
   * The larger of the two, and the other where one is NaN.
   *
   * @example
   * await tensor([NaN, 5]).fmax(3).toArray(); // => [3, 5]
   */
  fmax: binary(ignoringNaN(max), { reference: referenceIgnoringNaN(Math.max) }),
  /**
   * The smaller of the two, and the other where one is NaN.
   *
   * @example
   * await tensor([NaN, 5]).fmin(3).toArray(); // => [3, 3]
   */
  fmin: binary(ignoringNaN(min), { reference: referenceIgnoringNaN(Math.min) }),
  /**
   * |x| with the sign of the other, whose zeros have one.
   *
   * @example
   * await tensor([1, -2]).copySign(-1).toArray(); // => [-1, -2]
   */
  copySign: binary((x, other) => withSignOf(other, abs(x)), {
    reference: (x, other) => (other < 0 || Object.is(other, -0) ? -Math.abs(x) : Math.abs(x)),
  }),
  /**
   * 1 above 0, 0 below, and the other at 0.
   *
   * @example
   * await tensor([-1, 0, 1]).heaviside(0.5).toArray(); // => [0, 0.5, 1]
   */
  heaviside: binary(heaviside, {
    reference: (x, atZero) => (x === 0 ? atZero : Number.isNaN(x) ? NaN : Number(x > 0)),
    isDifferentiable: false,
  }),
  /**
   * Whether x is below 0, or -0.
   *
   * @example
   * await tensor([-1, 2]).signBit().toArray(); // => [true, false]
   */
  signBit: unary(isNegative, {
    reference: (x) => Number(x < 0 || Object.is(x, -0)),
    isDifferentiable: false,
  }),
  /**
   * -x.
   *
   * @example
   * await tensor([1, -2]).neg().toArray(); // => [-1, 2]
   */
  neg: unary(neg, { types: "numeric", reference: (x) => -x }),
  /**
   * |x|; the derivative at 0 is 0.
   *
   * @example
   * await tensor([-1, 2]).abs().toArray(); // => [1, 2]
   */
  abs: unary(abs, { types: "numeric", reference: Math.abs }),
  /**
   * 1, 0 or -1.
   *
   * @example
   * await tensor([-3, 0, 2]).sign().toArray(); // => [-1, 0, 1]
   */
  sign: unary(signOf, {
    types: "numeric",
    reference: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
    isDifferentiable: false,
  }),
  /**
   * 1 / x; integers become float32.
   *
   * @example
   * await tensor([2, 4]).reciprocal().toArray(); // => [0.5, 0.25]
   */
  reciprocal: unary(reciprocal, {
    types: "trueFloat",
    reference: (x) => 1 / x,
    domain: [0.5, 2],
  }),
  /**
   * x².
   *
   * @example
   * await tensor([2, -3]).square().toArray(); // => [4, 9]
   */
  square: unary(square, { types: "numeric", reference: (x) => x * x }),
  /**
   * Square root.
   *
   * @example
   * await tensor([4, 9]).sqrt().toArray(); // => [2, 3]
   */
  sqrt: unary(sqrt, { reference: Math.sqrt, domain: [0.1, 4] }),
  /**
   * 1 / √x.
   *
   * @example
   * await tensor([4, 16]).rsqrt().toArray(); // => [0.5, 0.25]
   */
  rsqrt: unary(rsqrt, { reference: (x) => 1 / Math.sqrt(x), domain: [0.1, 4] }),
  /**
   * Largest whole number not above x.
   *
   * @example
   * await tensor([-1.5, 1.5]).floor().toArray(); // => [-2, 1]
   */
  floor: unary(floor, { reference: Math.floor, isDifferentiable: false }),
  /**
   * Smallest whole number not below x.
   *
   * @example
   * await tensor([-1.5, 1.5]).ceil().toArray(); // => [-1, 2]
   */
  ceil: unary((x) => neg(floor(neg(x))), { reference: Math.ceil, isDifferentiable: false }),
  /**
   * Nearest whole number, halves to even.
   *
   * @example
   * await tensor([0.5, 1.5, 2.4]).round().toArray(); // => [0, 2, 2]
   */
  round: unary(round, { reference: roundHalfToEven, isDifferentiable: false }),
  /**
   * x without its fraction.
   *
   * @example
   * await tensor([-1.5, 1.5]).trunc().toArray(); // => [-1, 1]
   */
  trunc: unary(trunc, { reference: Math.trunc, isDifferentiable: false }),
  /**
   * What `trunc` drops; has the sign of x.
   *
   * @example
   * await tensor([-1.5, 1.25]).frac().toArray(); // => [-0.5, 0.25]
   */
  frac: unary((x) => sub(x, trunc(x)), {
    reference: (x) => x - Math.trunc(x),
    domain: [0.1, 0.9],
  }),
  /**
   * √(x² + other²) without overflow on the way.
   *
   * @example
   * await tensor([3]).hypot(4).toArray(); // => [5]
   */
  hypot: binary(hypot, {
    reference: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.hypot(a, b)),
  }),
  /**
   * x + weight · (end - x).
   *
   * @example
   * await tensor([0, 10]).lerp(20, 0.5).toArray(); // => [10, 15]
   */
  lerp: ternary(lerp, { reference: (x, end, weight) => x + weight * (end - x) }),
};
