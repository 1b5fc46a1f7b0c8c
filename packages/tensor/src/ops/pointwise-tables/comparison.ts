import { binary } from "../pointwise-definition.ts";
import { equal, less, lessEqual, not } from "../../scalar-functions.ts";

/** Comparisons give bool. Any comparison with NaN is false, but for notEqual. */
export const comparison = {
  /**
   * Whether x is the other.
   *
   * @example
   * await tensor([1, 2]).equal(2).toArray(); // => [false, true]
   */
  equal: binary(equal, {
    types: "any",
    reference: (a, b) => Number(a === b),
    isDifferentiable: false,
  }),
  /**
   * Whether x is not the other.
   *
   * @example
   * await tensor([1, 2]).notEqual(2).toArray(); // => [true, false]
   */
  notEqual: binary((a, b) => not(equal(a, b)), {
    types: "any",
    reference: (a, b) => Number(a !== b),
    isDifferentiable: false,
  }),
  /**
   * Whether x is below the other.
   *
   * @example
   * await tensor([1, 2]).less(2).toArray(); // => [true, false]
   */
  less: binary(less, {
    types: "any",
    reference: (a, b) => Number(a < b),
    isDifferentiable: false,
  }),
  /**
   * Whether x is the other or below it.
   *
   * @example
   * await tensor([2, 3]).lessEqual(2).toArray(); // => [true, false]
   */
  lessEqual: binary(lessEqual, {
    types: "any",
    reference: (a, b) => Number(a <= b),
    isDifferentiable: false,
  }),
  /**
   * Whether x is above the other.
   *
   * @example
   * await tensor([2, 3]).greater(2).toArray(); // => [false, true]
   */
  greater: binary((a, b) => less(b, a), {
    types: "any",
    reference: (a, b) => Number(a > b),
    isDifferentiable: false,
  }),
  /**
   * Whether x is the other or above it.
   *
   * @example
   * await tensor([1, 2]).greaterEqual(2).toArray(); // => [false, true]
   */
  greaterEqual: binary((a, b) => lessEqual(b, a), {
    types: "any",
    reference: (a, b) => Number(a >= b),
    isDifferentiable: false,
  }),
};
