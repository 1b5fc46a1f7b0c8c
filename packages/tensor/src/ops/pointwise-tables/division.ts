import { isFloat, scalar, type Scalar } from "@dl/backend";
import {
  abs,
  add,
  and,
  bitcast,
  cast,
  div,
  equal,
  floor,
  less,
  mod,
  mul,
  not,
  round,
  select,
  sub,
  xor,
} from "../../scalar-functions.ts";

/** 1 above 0, -1 below, 0 at 0. */
export const signOf = (x: Scalar): Scalar =>
  isFloat(x.dtype) || x.dtype === "int32"
    ? sub(cast(less(0, x), x.dtype), cast(less(x, 0), x.dtype))
    : cast(less(0, x), x.dtype);

const isFiniteScalar = (x: Scalar): Scalar => less(abs(x), Infinity);

/** By way of the remainder, which is exact where the quotient may be rounded up to a whole number. */
export function floorDivide(a: Scalar, b: Scalar): Scalar {
  if (!isFloat(a.dtype)) return integerQuotient(a, b);
  const finite = round(div(sub(a, mod(a, b)), b));
  // a - a is NaN for infinite a.
  const byInfinity = add(floor(mul(0.5, mul(signOf(a), signOf(b)))), sub(a, a));
  const byNonzero = select(scalar.or(isFiniteScalar(b), scalar.isNaN(b)), finite, byInfinity);
  return select(equal(b, 0), div(a, b), byNonzero);
}

/** Where rounding down and rounding towards zero give different quotients. */
const roundsBelow = (a: Scalar, b: Scalar): Scalar =>
  and(not(equal(mod(a, b), 0)), xor(less(a, 0), less(b, 0)));

/** Remainder with the sign of a; 0 by 0. */
export const integerRemainder = (a: Scalar, b: Scalar): Scalar =>
  select(roundsBelow(a, b), sub(mod(a, b), b), mod(a, b));

/**
 * Quotient rounded down; 0 by 0, as NumPy's, and -2³¹ / -1 wraps to -2³¹.
 *
 * Integers have no division instruction, and their quotient is not exact in float32. Taken twice it
 * is: after the first estimate what is left is below 2¹⁰ divisors.
 */
function integerQuotient(a: Scalar, b: Scalar): Scalar {
  const quotient = (numerator: Scalar): Scalar =>
    round(div(cast(numerator, "float32"), cast(b, "float32")));
  // Rounded towards zero first: the multiple of b below a may lie outside the integers.
  const multiple = sub(a, integerRemainder(a, b));
  const estimate = cast(quotient(multiple), a.dtype);
  // Signed also for uint32, since the estimate may be too large.
  const rest = bitcast(sub(multiple, mul(estimate, b)), "int32");
  const towardsZero = add(estimate, bitcast(cast(quotient(rest), "int32"), a.dtype));
  return select(equal(b, 0), 0, sub(towardsZero, cast(roundsBelow(a, b), a.dtype)));
}
