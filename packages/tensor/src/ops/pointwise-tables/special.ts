import { scalar, withPartials, type Partials, type Scalar } from "@dl/backend";
import { unary, unaryWithNumber } from "../pointwise-definition.ts";
import { abs, equal, isNaN, less, select, sub } from "../../scalar-functions.ts";

/** Largest finite number of the expression's type. */
const largest = (x: Scalar): number =>
  x.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;

/** Flat where a number was replaced. */
const nanToNumPartials: Partials = ([x]) => [
  scalar.cast(less(abs(x!), Infinity), x!.dtype),
  scalar.cast(isNaN(x!), x!.dtype),
];
function nanToNum(x: Scalar, nan: Scalar): Scalar {
  const high = select(equal(x, Infinity), largest(x), x);
  const finite = select(equal(x, -Infinity), -largest(x), high);
  return withPartials(select(isNaN(x), nan, finite), [x, nan], nanToNumPartials);
}

/**
 * Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)) · 2/√π, and the continued fraction of erfc where that cancels.
 *
 * Source: Abramowitz & Stegun 1964, 7.1.5 and 7.1.14.
 */
function referenceErf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) > 2.5) return Math.sign(x) * (1 - referenceErfcTail(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function referenceErfcTail(x: number): number {
  if (x > 30) return 0;
  let fraction = 0;
  for (let k = 120; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

export { referenceErf };

export const special = {
  /**
   * Error function.
   *
   * @example
   * await tensor([0, 1]).erf().toArray(); // => [0, 0.842701]
   */
  erf: unary(scalar.erf, { reference: referenceErf }),
  /**
   * 1 - erf(x); exact to the spacing of numbers around 1, not relative to small results.
   *
   * @example
   * await tensor([0, 1]).erfc().toArray(); // => [1, 0.157299]
   */
  erfc: unary((x) => sub(1, scalar.erf(x)), {
    reference: (x) => 1 - referenceErf(x),
  }),
  /**
   * Whether x is not a number.
   *
   * @example
   * await tensor([NaN, 1]).isNaN().toArray(); // => [true, false]
   */
  isNaN: unary(isNaN, {
    types: "trueFloat",
    reference: (x) => Number(Number.isNaN(x)),
    isDifferentiable: false,
  }),
  /**
   * Whether x is infinite.
   *
   * @example
   * await tensor([-Infinity, 1]).isInf().toArray(); // => [true, false]
   */
  isInf: unary((x) => equal(abs(x), Infinity), {
    types: "trueFloat",
    reference: (x) => Number(Math.abs(x) === Infinity),
    isDifferentiable: false,
  }),
  /**
   * Whether x is Infinity.
   *
   * @example
   * await tensor([Infinity, 1]).isPosInf().toArray(); // => [true, false]
   */
  isPosInf: unary((x) => equal(x, Infinity), {
    types: "trueFloat",
    reference: (x) => Number(x === Infinity),
    isDifferentiable: false,
  }),
  /**
   * Whether x is -Infinity.
   *
   * @example
   * await tensor([-Infinity, 1]).isNegInf().toArray(); // => [true, false]
   */
  isNegInf: unary((x) => equal(x, -Infinity), {
    types: "trueFloat",
    reference: (x) => Number(x === -Infinity),
    isDifferentiable: false,
  }),
  /**
   * Whether x is neither infinite nor NaN.
   *
   * @example
   * await tensor([NaN, 1]).isFinite().toArray(); // => [false, true]
   */
  isFinite: unary((x) => less(abs(x), Infinity), {
    types: "trueFloat",
    reference: (x) => Number(Number.isFinite(x)),
    isDifferentiable: false,
  }),
  /**
   * NaN replaced by the number, infinities by the largest finite values.
   *
   * @example
   * await tensor([NaN, 1]).nanToNum(7).toArray(); // => [7, 1]
   */
  nanToNum: unaryWithNumber(nanToNum, 0, {
    reference: (x, nan) =>
      Number.isNaN(x) ? nan : Math.min(Math.max(x, -Number.MAX_VALUE), Number.MAX_VALUE),
  }),
};
