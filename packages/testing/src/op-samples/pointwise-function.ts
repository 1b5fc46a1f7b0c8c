import type { pointwiseFunctions } from "@dl/tensor";

export type PointwiseName = keyof typeof pointwiseFunctions;

/** One row of the tables of pointwise operations. */
export type PointwiseFunction = (typeof pointwiseFunctions)[PointwiseName];
