import {
  ArgumentError,
  checkOptions,
  extendKinds,
  formatShape,
  normalizeAxes,
  ShapeError,
  type OptionKinds,
  type ReduceOp,
  type Shape,
} from "@dl/backend";
import { alias } from "../core/alias.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkFloat, checkTensor } from "./check-operands.ts";
import { cast, castTo } from "./pointwise.ts";

/** Axes to fold; all of them when left out. */
export type Axes = number | readonly number[];

/** What a reduction leaves of the axes it folds. */
export interface ReduceOptions {
  /** Leave each folded axis in place with size 1. Default false. */
  readonly keepDims?: boolean;
}

const reduceKinds: OptionKinds<ReduceOptions> = { keepDims: "boolean" };

/** @throws {ArgumentError} for what are no options of a reduction. */
export function checkReduceOptions(op: string, options: ReduceOptions | undefined): void {
  if (options !== undefined) checkOptions(op, options, reduceKinds);
}

/** Checked axes from the front, and how many elements fold into one; the options are checked with them. */
export function foldedAxes(
  op: string,
  x: Tensor,
  axes: Axes | undefined,
  options?: ReduceOptions,
): { list: readonly number[]; count: number } {
  checkTensor(op, x);
  checkReduceOptions(op, options);
  const list = normalizeAxes(axes, x.ndim, op);
  return { list, count: list.reduce((product, axis) => product * x.shape[axis]!, 1) };
}

/** The reduce primitive; `list` is sorted and from the front. */
export function fold(
  op: Exclude<ReduceOp, "argmax" | "argmin">,
  x: Tensor,
  list: readonly number[],
): Tensor {
  return list.length === 0 ? alias(x) : applyOne("reduce", [x], { op, axes: list });
}

/** Folded axes put back with size 1, where that is asked for. */
export function restoreAxes(
  reduced: Tensor,
  shape: Shape,
  list: readonly number[],
  options: ReduceOptions | undefined,
): Tensor {
  if (options?.keepDims !== true || list.length === 0) return reduced;
  return applyOne("reshape", [reduced], {
    shape: shape.map((size, axis) => (list.includes(axis) ? 1 : size)),
  });
}

/** Bool counts as 0 and 1. */
export function asNumbers(x: Tensor): Tensor {
  return x.dtype === "bool" ? cast(x, "int32") : x;
}

/** @throws {ShapeError} where nothing folds into one: an empty maximum does not exist. */
export function checkNotEmpty(op: string, x: Tensor, count: number): void {
  if (count === 0)
    throw new ShapeError(
      op,
      `there is no ${op} of no elements: received shape ${formatShape(x.shape)}. Reduce an axis that is not empty.`,
      { received: x.shape },
    );
}

/**
 * Sum over axes; bool counts as int32. The sum of no elements is 0.
 *
 * @throws {AxisError} if an axis is out of range or named twice.
 * @example
 * await sum(tensor([[1, 2], [3, 4]]), 0).toArray(); // => [4, 6]
 */
export function sum(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list } = foldedAxes("sum", x, axes, options);
  return restoreAxes(fold("sum", asNumbers(x), list), x.shape, list, options);
}

/**
 * Product over axes; bool counts as int32. The product of no elements is 1.
 *
 * @throws {AxisError} if an axis is out of range or named twice.
 * @example
 * await prod(tensor([2, 3, 4])).item(); // => 24
 */
export function prod(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list } = foldedAxes("prod", x, axes, options);
  return restoreAxes(fold("prod", asNumbers(x), list), x.shape, list, options);
}

/**
 * Arithmetic mean over axes; NaN over no elements.
 *
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await mean(tensor([[1, 2], [3, 4]]), 0).toArray(); // => [2, 3]
 */
export function mean(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list, count } = foldedAxes("mean", x, axes, options);
  checkFloat("mean", x);
  return restoreAxes(fold("sum", x, list).div(count), x.shape, list, options);
}

/** The divisor of {@link variance} and what it leaves of the axes. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements in the divisor. Default 1: the unbiased estimate. */
  readonly correction?: number;
}

const varianceKinds: OptionKinds<VarianceOptions> = /* @__PURE__ */ extendKinds(reduceKinds, {
  correction: "number",
});

/**
 * Variance over axes: Σ (x - mean)² / (count - correction).
 *
 * In two passes, so that a large mean does not swallow the digits.
 *
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await variance(tensor([1, 2, 3])).item(); // => 1
 */
export function variance(x: Tensor, axes?: Axes, options?: VarianceOptions): Tensor {
  const { centred, divisor, list } = deviations("var", x, axes, options);
  return restoreAxes(fold("sum", centred.square(), list).div(divisor), x.shape, list, options);
}

/** Distances from the mean, and what their squares' sum is divided by. */
export function deviations(
  op: string,
  x: Tensor,
  axes: Axes | undefined,
  options: VarianceOptions = {},
): { centred: Tensor; divisor: number; list: readonly number[] } {
  const { list, count } = foldedAxes(op, x, axes);
  checkFloat(op, x);
  const { correction = 1 } = checkOptions(op, options, varianceKinds);
  if (!Number.isFinite(correction))
    throw new ArgumentError(op, `correction must be a number: received ${correction}.`, {
      received: correction,
    });
  const centred = x.sub(mean(x, list, { keepDims: true }));
  return { centred, divisor: Math.max(count - correction, 0), list };
}

/**
 * Largest element over axes. Elements that tie share the gradient equally.
 *
 * @throws {ShapeError} over no elements.
 * @example
 * await amax(tensor([[1, 5], [3, 2]]), 1).toArray(); // => [5, 3]
 */
export function amax(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list, count } = foldedAxes("amax", x, axes, options);
  checkNotEmpty("amax", x, count);
  return extreme("max", x, list, options);
}

/**
 * Smallest element over axes. Elements that tie share the gradient equally.
 *
 * @throws {ShapeError} over no elements.
 * @example
 * await amin(tensor([[1, 5], [3, 2]]), 1).toArray(); // => [1, 2]
 */
export function amin(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list, count } = foldedAxes("amin", x, axes, options);
  checkNotEmpty("amin", x, count);
  return extreme("min", x, list, options);
}

export function extreme(
  op: "max" | "min",
  x: Tensor,
  list: readonly number[],
  options: ReduceOptions | undefined,
): Tensor {
  const folded = restoreAxes(fold(op, asNumbers(x), list), x.shape, list, options);
  return castTo(folded, x.dtype);
}

/**
 * Whether any element over axes is not zero; NaN is not zero. False over no elements.
 *
 * @throws {AxisError} if an axis is out of range or named twice.
 * @example
 * await any(tensor([[0, 0], [2, 0]]), 1).toArray(); // => [false, true]
 */
export function any(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list } = foldedAxes("any", x, axes, options);
  const hits = fold("sum", cast(cast(x, "bool"), "int32"), list);
  return restoreAxes(hits.notEqual(0), x.shape, list, options);
}

/**
 * Whether all elements over axes are not zero. True over no elements.
 *
 * @throws {AxisError} if an axis is out of range or named twice.
 * @example
 * await all(tensor([[1, 0], [2, 3]]), 1).toArray(); // => [false, true]
 */
export function all(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list } = foldedAxes("all", x, axes, options);
  const misses = fold("sum", cast(x.logicalNot(), "int32"), list);
  return restoreAxes(misses.equal(0), x.shape, list, options);
}

/**
 * How many elements over axes are not zero, as int32.
 *
 * @example
 * await countNonzero(tensor([3, 0, 2])).item(); // => 2
 */
export function countNonzero(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list } = foldedAxes("countNonzero", x, axes, options);
  return restoreAxes(fold("sum", cast(cast(x, "bool"), "int32"), list), x.shape, list, options);
}
