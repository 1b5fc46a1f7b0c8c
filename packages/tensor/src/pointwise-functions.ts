import { activations } from "./ops/pointwise-tables/activations.ts";
import { arithmetic } from "./ops/pointwise-tables/arithmetic.ts";
import { comparison } from "./ops/pointwise-tables/comparison.ts";
import { exponential } from "./ops/pointwise-tables/exponential.ts";
import { logic } from "./ops/pointwise-tables/logic.ts";
import { special } from "./ops/pointwise-tables/special.ts";
import { trigonometry } from "./ops/pointwise-tables/trigonometry.ts";
import {
  pointwiseFunction,
  type PointwiseFunction,
  type PointwiseMethods,
} from "./ops/pointwise-definition.ts";

/** Every pointwise operation that becomes a method of Tensor. */
const tables = {
  ...arithmetic,
  ...comparison,
  ...logic,
  ...exponential,
  ...trigonometry,
  ...special,
  ...activations,
};

export type PointwiseName = keyof typeof tables;
export type TensorPointwiseMethods = PointwiseMethods<typeof tables>;

/**
 * By name; the conformance and gradient tests walk it, so that no row goes untested.
 *
 * @example
 * await pointwiseFunctions.exp.apply(tensor([0])).toArray(); // => [1]
 */
export const pointwiseFunctions: Readonly<Record<PointwiseName, PointwiseFunction>> =
  Object.fromEntries(
    Object.entries(tables).map(([name, definition]) => [name, pointwiseFunction(name, definition)]),
  ) as Record<PointwiseName, PointwiseFunction>;
