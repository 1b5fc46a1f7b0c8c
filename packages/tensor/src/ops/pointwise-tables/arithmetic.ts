import { dtypes, scalar, withPartials, type Scalar } from "@dl/backend";
import { binary, ternary, unary } from "../pointwise-definition.ts";

const { abs, add, bitcast, cast, div, equal, floor, less, max, min, mod, mul } = scalar;
const { neg, pow, round, select, sqrt, sub } = scalar;

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
function hypot(a: Scalar, b: Scalar): Scalar {
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
  /** x + other. */
  add: binary(add, { types: "numeric", reference: (a, b) => a + b }),
  /** x - other. */
  sub: binary(sub, { types: "numeric", reference: (a, b) => a - b }),
  /** x · other, element by element. */
  mul: binary(mul, { types: "numeric", reference: (a, b) => a * b }),
  /** x / other; integers are divided as float32. */
  div: binary(div, { types: "trueFloat", reference: (a, b) => a / b, domain: [0.5, 2] }),
  /** Quotient rounded down. */
  floorDivide: binary(floorDivide, {
    types: "numeric",
    reference: referenceQuotient,
    domain: [0.6, 7],
    isDifferentiable: false,
  }),
  /** Remainder with the sign of the divisor, as Python's `%`. */
  remainder: binary(mod, {
    types: "numeric",
    reference: referenceRemainder,
    domain: [0.6, 0.9],
  }),
  /** x to the power of the exponent. */
  pow: binary(
    pow,
    {
      reference: (a, b) =>
        a === 1 || b === 0 ? 1 : Math.abs(a) === 1 && Math.abs(b) === Infinity ? 1 : a ** b,
      domain: [0.3, 2.5],
    },
    powers,
  ),
  /** The larger of the two; NaN when either is NaN. At a tie each gets half the gradient. */
  maximum: binary(max, { types: "any", reference: Math.max }),
  /** The smaller of the two; NaN when either is NaN. At a tie each gets half the gradient. */
  minimum: binary(min, { types: "any", reference: Math.min }),
  /** -x. */
  neg: unary(neg, { types: "numeric", reference: (x) => -x }),
  /** |x|; the derivative at 0 is 0. */
  abs: unary(abs, { types: "numeric", reference: Math.abs }),
  /** 1, 0 or -1. */
  sign: unary(signOf, {
    types: "numeric",
    reference: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
    isDifferentiable: false,
  }),
  /** 1 / x; integers become float32. */
  reciprocal: unary(reciprocal, {
    types: "trueFloat",
    reference: (x) => 1 / x,
    domain: [0.5, 2],
  }),
  /** x². */
  square: unary(square, { types: "numeric", reference: (x) => x * x }),
  sqrt: unary(sqrt, { reference: Math.sqrt, domain: [0.1, 4] }),
  /** 1 / √x. */
  rsqrt: unary(rsqrt, { reference: (x) => 1 / Math.sqrt(x), domain: [0.1, 4] }),
  /** Largest whole number not above x. */
  floor: unary(floor, { reference: Math.floor, isDifferentiable: false }),
  /** Smallest whole number not below x. */
  ceil: unary((x) => neg(floor(neg(x))), { reference: Math.ceil, isDifferentiable: false }),
  /** Nearest whole number, halves to even. */
  round: unary(round, { reference: roundHalfToEven, isDifferentiable: false }),
  /** x without its fraction. */
  trunc: unary(trunc, { reference: Math.trunc, isDifferentiable: false }),
  /** What `trunc` drops; has the sign of x. */
  frac: unary((x) => sub(x, trunc(x)), {
    reference: (x) => x - Math.trunc(x),
    domain: [0.1, 0.9],
  }),
  /** √(x² + other²) without overflow on the way. */
  hypot: binary(hypot, {
    reference: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.hypot(a, b)),
  }),
  /** x + weight · (end - x). */
  lerp: ternary(lerp, { reference: (x, end, weight) => x + weight * (end - x) }),
};
