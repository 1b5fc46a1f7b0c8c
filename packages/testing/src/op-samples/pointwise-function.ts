import type { pointwiseFunctions } from "@dl/tensor";

/** One row of the tables of pointwise operations. */
export type PointwiseFunction = (typeof pointwiseFunctions)[keyof typeof pointwiseFunctions];
