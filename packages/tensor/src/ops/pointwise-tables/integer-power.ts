import { constantLike, isFloat, wrongType, type Scalar } from "@dl/backend";
import type { NumberRule } from "../../core/number-operand.ts";
import { abs, and, equal, less, mul, select, shiftRight } from "../../scalar-functions.ts";

/**
 * Power by squaring, modulo 2³². An exponent below 0 leaves a fraction, of which the whole part is
 * kept: 0 but for the bases 1 and -1.
 */
export function integerPower(base: Scalar, exponent: Scalar): Scalar {
  let power: Scalar = constantLike(1, base);
  let square = base;
  for (let bit = 0; bit < 32; bit++) {
    const isSet = equal(and(shiftRight(exponent, bit), 1), 1);
    power = select(isSet, mul(power, square), power);
    square = mul(square, square);
  }
  // The bits of a negative exponent are those of one 2³² higher: right for 1 and -1.
  const isUnit = equal(abs(base), 1);
  return select(less(exponent, 0), select(isUnit, power, 0), power);
}

/** @throws {ArgumentError} for a whole number below 0, which makes fractions of integers. */
export const integerExponent: NumberRule = (exponent, dtype, op) => {
  if (Number.isInteger(exponent) && exponent < 0 && !isFloat(dtype))
    throw wrongType(
      op,
      `${dtype} to a power below 0 is no whole number`,
      exponent,
      'Convert with x.cast("float32").',
    );
  return exponent;
};
