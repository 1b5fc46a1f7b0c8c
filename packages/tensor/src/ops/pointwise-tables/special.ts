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

export const special = {
  /**
   * Error function.
   *
   * @example
   * await tensor([0, 1]).erf().toArray(); // => [0, 0.842701]
   */
  erf: unary(scalar.erf),
  /**
   * 1 - erf(x); exact to the spacing of numbers around 1, not relative to small results.
   *
   * @example
   * await tensor([0, 1]).erfc().toArray(); // => [1, 0.157299]
   */
  erfc: unary((x) => sub(1, scalar.erf(x))),
  /**
   * Whether x is not a number.
   *
   * @example
   * await tensor([NaN, 1]).isNaN().toArray(); // => [true, false]
   */
  isNaN: unary(isNaN, { types: "trueFloat" }),
  /**
   * Whether x is infinite.
   *
   * @example
   * await tensor([-Infinity, 1]).isInf().toArray(); // => [true, false]
   */
  isInf: unary((x) => equal(abs(x), Infinity), { types: "trueFloat" }),
  /**
   * Whether x is Infinity.
   *
   * @example
   * await tensor([Infinity, 1]).isPosInf().toArray(); // => [true, false]
   */
  isPosInf: unary((x) => equal(x, Infinity), { types: "trueFloat" }),
  /**
   * Whether x is -Infinity.
   *
   * @example
   * await tensor([-Infinity, 1]).isNegInf().toArray(); // => [true, false]
   */
  isNegInf: unary((x) => equal(x, -Infinity), { types: "trueFloat" }),
  /**
   * Whether x is neither infinite nor NaN.
   *
   * @example
   * await tensor([NaN, 1]).isFinite().toArray(); // => [false, true]
   */
  isFinite: unary((x) => less(abs(x), Infinity), { types: "trueFloat" }),
  /**
   * NaN replaced by the number, infinities by the largest finite values.
   *
   * @example
   * await tensor([NaN, 1]).nanToNum(7).toArray(); // => [7, 1]
   */
  nanToNum: unaryWithNumber(nanToNum, 0),
};
