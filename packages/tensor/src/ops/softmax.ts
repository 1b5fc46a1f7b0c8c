import {
  constantLike,
  normalizeAxes,
  stopGradient,
  withPartials,
  type Partials,
  type Scalar,
} from "@dl/backend";
import { alias } from "../core/alias.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { Tensor } from "../core/tensor.ts";
import { add, div, equal, exp, log, neg, select, sub } from "../scalar-functions.ts";
import { checkFloat, checkTensor } from "./check-operands.ts";
import { applyPointwise, broadcastTo } from "./pointwise.ts";
import { fold, foldedAxes, restoreAxes, type Axes, type ReduceOptions } from "./reduce.ts";

// Results do not depend on the maximum that is subtracted for safety, so its derivative is left
// out: it would only add terms that cancel.
const unrecorded = (x: Tensor): Tensor => new Tensor(x.value);
const shifted = (x: Scalar, max: Scalar): Scalar => sub(x, stopGradient(max));

const shiftedExp = new PointwiseOp("shiftedExp", (x, max) => exp(shifted(x, max)));

const slopeOne: Partials = ([x]) => [constantLike(1, x!)];
/** The maximum itself may be Infinity, and Inf - Inf is NaN. */
const belowMaximum = (x: Scalar, max: Scalar): Scalar =>
  withPartials(select(equal(x, max), 0, sub(x, max)), [x], slopeOne);
const term = new PointwiseOp("logsumexpTerm", (x, max) => exp(belowMaximum(x, max)));
/** In the output, so that a graph keeps only that. */
const softmaxPartials: Partials = ([_x, max, total], y) => [
  y,
  constantLike(0, max!),
  neg(div(y, total!)),
];
const softmaxOp = new PointwiseOp("softmax", (x, max, total) =>
  withPartials(div(exp(shifted(x, max)), total), [x, max, total], softmaxPartials),
);
const logSoftmaxOp = new PointwiseOp("logSoftmax", (x, max, total) =>
  sub(shifted(x, max), log(total)),
);
/** 0 where all are -Inf: nothing is the largest then, and no term may count. */
const largestTerm = new PointwiseOp("largestTerm", (max) => select(equal(max, -Infinity), 0, max));
/** All terms were exp(-Inf) = 0: they have no say in the result. */
const logTotalPartials: Partials = ([total]) => [select(equal(total!, 0), 0, div(1, total!))];
const logTotal = new PointwiseOp("logTotal", (total, max) =>
  add(withPartials(log(total), [total], logTotalPartials), stopGradient(max)),
);

/**
 * exp(x) / Σ exp(x) along an axis.
 *
 * Shape: any → the same. The maximum is subtracted first, so no input overflows.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await softmax(tensor([0, 0])).toArray(); // => [0.5, 0.5]
 */
export function softmax(x: Tensor, axis = -1): Tensor {
  return normalizedExp("softmax", softmaxOp, x, axis);
}

/**
 * log(softmax(x)) without underflow: x - max - log Σ exp(x - max).
 *
 * @example
 * await logSoftmax(tensor([0, 0])).toArray(); // => [-0.693147, -0.693147]
 */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return normalizedExp("logSoftmax", logSoftmaxOp, x, axis);
}

function normalizedExp(name: string, op: PointwiseOp, x: Tensor, axis: number): Tensor {
  checkTensor(name, x);
  checkFloat(name, x);
  const list = normalizeAxes([axis], x.ndim, name);
  if (x.elementCount === 0) return alias(x);
  const keepDims = { keepDims: true };
  const max = restoreAxes(fold("max", unrecorded(x), list), x.shape, list, keepDims);
  const total = fold("sum", applyPointwise(shiftedExp, [x, max], x.dtype), list);
  // The exponentials are computed again here: that is cheaper than writing and reading them.
  return applyPointwise(op, [x, max, restoreAxes(total, x.shape, list, keepDims)], x.dtype);
}

/**
 * log Σ exp(x) over axes, without overflow. -Infinity where all elements are, and of no elements.
 *
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await logsumexp(tensor([1000, 1000])).item(); // => 1000.69315
 */
export function logsumexp(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list } = foldedAxes("logsumexp", x, axes, options);
  checkFloat("logsumexp", x);
  if (list.length === 0) return alias(x);
  const max = applyPointwise(largestTerm, [fold("max", unrecorded(x), list)], x.dtype);
  const spread = broadcastTo(restoreAxes(max, x.shape, list, { keepDims: true }), x.shape);
  const total = fold("sum", applyPointwise(term, [x, spread], x.dtype), list);
  return restoreAxes(applyPointwise(logTotal, [total, max], x.dtype), x.shape, list, options);
}
