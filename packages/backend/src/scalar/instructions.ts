import type { DType } from "../dtype.ts";
import { apply, constantLike, withPartials, type Partials, type Scalar } from "./expression.ts";
import type { ScalarOpName } from "./dtype-rules.ts";
import { vanishingWhere } from "./vanishing-where.ts";

type Operand = Scalar | number;

/** A number beside an expression becomes a constant of the expression's type. */
function both(op: ScalarOpName, a: Operand, b: Operand): Scalar {
  const like = typeof a === "number" ? (b as Scalar) : a;
  return apply(op, [
    typeof a === "number" ? constantLike(a, like) : a,
    typeof b === "number" ? constantLike(b, like) : b,
  ]);
}

export const add = (a: Operand, b: Operand): Scalar => both("add", a, b);
export const sub = (a: Operand, b: Operand): Scalar => both("sub", a, b);
export const mul = (a: Operand, b: Operand): Scalar => both("mul", a, b);
export const div = (a: Operand, b: Operand): Scalar => both("div", a, b);
/** Remainder with the sign of the divisor, as Python's `%`. */
export const mod = (a: Operand, b: Operand): Scalar => both("mod", a, b);
export const pow = (a: Operand, b: Operand): Scalar => both("pow", a, b);
/** Larger operand; NaN when either is NaN. */
export const max = (a: Operand, b: Operand): Scalar => both("max", a, b);
/** Smaller operand; NaN when either is NaN. */
export const min = (a: Operand, b: Operand): Scalar => both("min", a, b);
export const less = (a: Operand, b: Operand): Scalar => both("less", a, b);
export const lessEqual = (a: Operand, b: Operand): Scalar => both("lessEqual", a, b);
export const equal = (a: Operand, b: Operand): Scalar => both("equal", a, b);
export const and = (a: Operand, b: Operand): Scalar => both("and", a, b);
export const or = (a: Operand, b: Operand): Scalar => both("or", a, b);
export const xor = (a: Operand, b: Operand): Scalar => both("xor", a, b);
export const shiftLeft = (a: Operand, b: Operand): Scalar => both("shiftLeft", a, b);
/** Arithmetic for int32, logical for uint32. */
export const shiftRight = (a: Operand, b: Operand): Scalar => both("shiftRight", a, b);

export const neg = (x: Scalar): Scalar => apply("neg", [x]);
export const abs = (x: Scalar): Scalar => apply("abs", [x]);
export const floor = (x: Scalar): Scalar => apply("floor", [x]);
/** Nearest whole number, halves to even. */
export const round = (x: Scalar): Scalar => apply("round", [x]);
export const sqrt = (x: Scalar): Scalar => apply("sqrt", [x]);
export const exp = (x: Scalar): Scalar => apply("exp", [x]);
export const expm1 = (x: Scalar): Scalar => apply("expm1", [x]);
export const log = (x: Scalar): Scalar => apply("log", [x]);
export const log1p = (x: Scalar): Scalar => apply("log1p", [x]);
export const sin = (x: Scalar): Scalar => apply("sin", [x]);
export const cos = (x: Scalar): Scalar => apply("cos", [x]);
export const atan = (x: Scalar): Scalar => apply("atan", [x]);
export const tanh = (x: Scalar): Scalar => apply("tanh", [x]);
export const erf = (x: Scalar): Scalar => apply("erf", [x]);
export const isNaN = (x: Scalar): Scalar => apply("isNaN", [x]);
export const not = (x: Scalar): Scalar => xor(x, 1);

/** `a` where the condition holds, else `b`. */
export function select(condition: Scalar, a: Operand, b: Operand): Scalar {
  const like = typeof a === "number" ? (b as Scalar) : a;
  return apply("select", [
    condition,
    typeof a === "number" ? constantLike(a, like) : a,
    typeof b === "number" ? constantLike(b, like) : b,
  ]);
}

/**
 * Value converted to another type. Float to integer drops the fraction and saturates, NaN gives 0;
 * anything to bool is "not zero", and NaN counts as not zero.
 */
export function cast(x: Scalar, dtype: DType): Scalar {
  return x.dtype === dtype ? x : apply("cast", [x], dtype);
}

/** The same 32 bits read as another type. */
export const bitcast = (x: Scalar, dtype: DType): Scalar => apply("bitcast", [x], dtype);

/**
 * 32 random bits for the element being computed: word `index & 3` of
 * Philox4x32-10(counter = [index >> 2, 0, draw, seedHigh], key = [seedLow, stream]).
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export const randomBits = (
  seedLow: Scalar,
  seedHigh: Scalar,
  stream: Scalar,
  draw: Scalar,
): Scalar => apply("randomBits", [seedLow, seedHigh, stream, draw]);

/** Standard normal deviate from 32 random bits: {@link ../scalar/normal-table.ts}. */
export const normalFromBits = (bits: Scalar): Scalar => apply("normalFromBits", [bits], "float32");

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

/** Every scalar instruction and its exact derivative. */
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
