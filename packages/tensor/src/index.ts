import "./methods.ts";

// A star, because only a star export can be augmented: @dl/autograd adds grad and backward.
export * from "./core/tensor.ts";
export { configure, settings } from "./core/configuration.ts";
export type { Configuration } from "./core/configuration.ts";
export { cast } from "./ops/pointwise.ts";
export { expand, flatten, reshape, squeeze, unflatten, unsqueeze } from "./ops/views.ts";
export { matrixTranspose, moveAxis, permute, transpose } from "./ops/permute.ts";
export { flip, narrow, roll, select, slice } from "./ops/slice.ts";
export type { RangeEnd, SliceRange } from "./ops/slice.ts";
export { concatenate, meshgrid, repeatInterleave, stack, tile } from "./ops/join.ts";
export { gather, indexAdd, indexSelect, scatter, scatterAdd, take } from "./ops/gather.ts";
export { dot, matmul, outer, tensordot } from "./ops/matmul.ts";
export { applyOne, applyPrimitive, observePrimitives } from "./core/primitives.ts";
export type {
  Operand,
  PrimitiveName,
  PrimitiveObserver,
  PrimitiveParameters,
} from "./core/primitives.ts";
export { PointwiseOp } from "./core/pointwise-op.ts";
export { pointwiseFunctions } from "./pointwise-functions.ts";
export { creationSite } from "./core/storage.ts";
