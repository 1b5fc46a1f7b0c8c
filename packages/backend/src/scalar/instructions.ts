import { constantLike, withPartials, type Partials, type Scalar } from "./expression.ts";
import type { ScalarOpName } from "./dtype-rules.ts";
import { scalar } from "./scalar.ts";
import { vanishingWhere } from "./vanishing-where.ts";

const {
  abs,
  add,
  and,
  cast,
  cos,
  div,
  equal,
  exp,
  floor,
  less,
  lessEqual,
  log,
  mul,
  neg,
  not,
  pow,
  select,
  sin,
  sub,
} = scalar;

const zero = (x: Scalar): Scalar => constantLike(0, x);
const one = (x: Scalar): Scalar => constantLike(1, x);

/** What differentiation knows of an instruction. */
export interface Instruction {
  /** `null`: piecewise constant or not on floats, so the derivative is zero everywhere it exists. */
  readonly partials: Partials | null;
}

const flat: Instruction = { partials: null };
const unary = (partial: (x: Scalar, y: Scalar) => Scalar): Instruction => ({
  partials: ([x], y) => [partial(x!, y)],
});
const binary = (
  partials: (a: Scalar, b: Scalar, y: Scalar) => readonly [Scalar, Scalar],
): Instruction => ({
  partials: ([a, b], y) => partials(a!, b!, y),
});

/** At a tie each operand gets half, as PyTorch's maximum and minimum do. */
const shareAtTie = (wins: Scalar, tie: Scalar, like: Scalar): Scalar =>
  select(wins, one(like), select(tie, constantLike(0.5, like), zero(like)));

/** ⌊a / b⌋, also where the quotient of different signs is so small that it rounds to -0. */
const roundedQuotient = (a: Scalar, b: Scalar, remainder: Scalar): Scalar => {
  const quotient = div(a, b);
  const isLost = and(equal(quotient, 0), not(equal(remainder, a)));
  return select(isLost, -1, floor(quotient));
};

// With derivatives of their own: those of the formulas are 0 · Inf where x² is infinite.
const gaussianPartials: Partials = ([x], y) => [mul(-2, mul(x!, y))];
const gaussian = (x: Scalar): Scalar => withPartials(exp(neg(mul(x, x))), [x], gaussianPartials);
const slopeOfAtanPartials: Partials = ([x], y) => [mul(mul(-2, y), mul(x!, y))];
const slopeOfAtan = (x: Scalar): Scalar =>
  withPartials(div(1, add(mul(x, x), 1)), [x], slopeOfAtanPartials);

/**
 * b · aᵇ⁻¹. A power of 0 is constant in a, whose slope changes with b nevertheless: by a⁻¹, where
 * that is a number.
 */
function slopeOfPower(a: Scalar, b: Scalar): Scalar {
  const formula = mul(b, pow(a, sub(b, 1)));
  const isRegular = and(less(0, abs(a)), less(abs(a), Infinity));
  return vanishingWhere(equal(b, 0), formula, select(isRegular, formula, 0));
}

/**
 * Every scalar instruction and its exact derivative.
 *
 * @example
 * const x = input(0, "float32");
 * instructions.sin.partials([x], scalar.sin(x))[0] === scalar.cos(x); // => true
 */
export const instructions: { readonly [Name in ScalarOpName]: Instruction } = {
  add: binary((a, b) => [one(a), one(b)]),
  sub: binary((a, b) => [one(a), constantLike(-1, b)]),
  mul: binary((a, b) => [b, a]),
  div: binary((a, b) => [div(1, b), neg(div(div(a, b), b))]),
  // Constant quotient between jumps: d(a mod b) = da - floor(a / b) db.
  mod: binary((a, b, y) => [one(a), neg(roundedQuotient(a, b, y))]),
  pow: binary((a, b, y) => [
    slopeOfPower(a, b),
    select(and(equal(a, 0), lessEqual(0, b)), zero(b), mul(y, log(a))),
  ]),
  max: binary((a, b) => [
    shareAtTie(less(b, a), equal(a, b), a),
    shareAtTie(less(a, b), equal(a, b), b),
  ]),
  min: binary((a, b) => [
    shareAtTie(less(a, b), equal(a, b), a),
    shareAtTie(less(b, a), equal(a, b), b),
  ]),
  neg: unary((x) => constantLike(-1, x)),
  abs: unary((x) => select(less(0, x), one(x), select(less(x, 0), constantLike(-1, x), zero(x)))),
  floor: flat,
  round: flat,
  sqrt: unary((_x, y) => div(0.5, y)),
  exp: unary((_x, y) => y),
  expm1: unary((_x, y) => add(y, 1)),
  log: unary((x) => div(1, x)),
  log1p: unary((x) => div(1, add(x, 1))),
  sin: unary((x) => cos(x)),
  cos: unary((x) => neg(sin(x))),
  atan: unary(slopeOfAtan),
  tanh: unary((_x, y) => sub(1, mul(y, y))),
  erf: unary((x) => mul(2 / Math.sqrt(Math.PI), gaussian(x))),
  isNaN: flat,
  less: flat,
  lessEqual: flat,
  equal: flat,
  select: {
    partials: ([c, a, b]) => [zero(a!), cast(c!, a!.dtype), sub(1, cast(c!, b!.dtype))],
  },
  and: flat,
  or: flat,
  xor: flat,
  shiftLeft: flat,
  shiftRight: flat,
  // Between float types only; an integer on either side cuts the derivative (see derivative.ts).
  cast: unary((x) => one(x)),
  bitcast: flat,
  randomBits: flat,
  normalFromBits: flat,
};
