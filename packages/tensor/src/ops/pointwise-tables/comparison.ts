import { scalar, type Scalar } from "@dl/backend";
import { heldOrNaN, roundedDown, roundedUp } from "../../core/number-operand.ts";
import { binary } from "../pointwise-definition.ts";
import { and, bitcast, not, or } from "../../scalar-functions.ts";

type Compare = (a: Scalar, b: Scalar) => Scalar;

/** Of int32 beside uint32, what is below 0 is below every other; the rest have the same bits. */
const ordered =
  (compare: Compare): Compare =>
  (a, b) => {
    if (a.dtype === b.dtype) return compare(a, b);
    return a.dtype === "int32"
      ? or(scalar.less(a, 0), compare(bitcast(a, "uint32"), b))
      : and(scalar.lessEqual(0, b), compare(a, bitcast(b, "uint32")));
  };
const less = /* @__PURE__ */ ordered(scalar.less);
const lessEqual = /* @__PURE__ */ ordered(scalar.lessEqual);
const equal: Compare = (a, b) =>
  a.dtype === b.dtype ? scalar.equal(a, b) : and(lessEqual(a, b), lessEqual(b, a));

/**
 * Comparisons give bool. Any comparison with NaN is false, but for notEqual. Integers are compared with
 * any number, fractions and those outside the type too, as in mathematics.
 */
export const comparison = {
  /**
   * Whether x is the other.
   *
   * @example
   * await tensor([1, 2]).equal(2).toArray(); // => [false, true]
   */
  equal: binary(equal, { types: "compared", numberRules: [heldOrNaN] }),
  /**
   * Whether x is not the other.
   *
   * @example
   * await tensor([1, 2]).notEqual(2).toArray(); // => [true, false]
   */
  notEqual: binary((a, b) => not(equal(a, b)), { types: "compared", numberRules: [heldOrNaN] }),
  /**
   * Whether x is below the other.
   *
   * @example
   * await tensor([1, 2]).less(2).toArray(); // => [true, false]
   */
  less: binary(less, { types: "compared", numberRules: [roundedUp] }),
  /**
   * Whether x is the other or below it.
   *
   * @example
   * await tensor([2, 3]).lessEqual(2).toArray(); // => [true, false]
   */
  lessEqual: binary(lessEqual, { types: "compared", numberRules: [roundedDown] }),
  /**
   * Whether x is above the other.
   *
   * @example
   * await tensor([2, 3]).greater(2).toArray(); // => [false, true]
   */
  greater: binary((a, b) => less(b, a), { types: "compared", numberRules: [roundedDown] }),
  /**
   * Whether x is the other or above it.
   *
   * @example
   * await tensor([1, 2]).greaterEqual(2).toArray(); // => [false, true]
   */
  greaterEqual: binary((a, b) => lessEqual(b, a), { types: "compared", numberRules: [roundedUp] }),
};
