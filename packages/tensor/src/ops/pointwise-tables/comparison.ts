import { scalar } from "@dl/backend";
import { binary } from "../pointwise-definition.ts";

const { equal, less, lessEqual, not } = scalar;

/** Comparisons give bool. Any comparison with NaN is false, but for notEqual. */
export const comparison = {
  equal: binary(equal, {
    types: "any",
    reference: (a, b) => Number(a === b),
    isDifferentiable: false,
  }),
  notEqual: binary((a, b) => not(equal(a, b)), {
    types: "any",
    reference: (a, b) => Number(a !== b),
    isDifferentiable: false,
  }),
  less: binary(less, {
    types: "any",
    reference: (a, b) => Number(a < b),
    isDifferentiable: false,
  }),
  lessEqual: binary(lessEqual, {
    types: "any",
    reference: (a, b) => Number(a <= b),
    isDifferentiable: false,
  }),
  greater: binary((a, b) => less(b, a), {
    types: "any",
    reference: (a, b) => Number(a > b),
    isDifferentiable: false,
  }),
  greaterEqual: binary((a, b) => lessEqual(b, a), {
    types: "any",
    reference: (a, b) => Number(a >= b),
    isDifferentiable: false,
  }),
};
