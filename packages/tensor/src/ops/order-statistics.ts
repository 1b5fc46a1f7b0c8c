import { ArgumentError, normalizeAxis } from "@dl/backend";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkFloat, checkNumber, checkTensor } from "./check-operands.ts";
import { gather } from "./gather.ts";
import { any, checkNotEmpty, sum } from "./reduce.ts";
import type { ValuesAndIndices } from "./reduce-positions.ts";
import { asScalar, asScalars, asVector } from "./scalar-axis.ts";
import { select } from "./slice.ts";
import { sort } from "./sort.ts";
import { squeeze } from "./views.ts";
import { where } from "./where.ts";

/**
 * The middle element along an axis and its int32 position; of two middle ones the smaller. NaN where
 * there is one.
 *
 * @throws {ShapeError} if the axis is empty.
 * @throws {AxisError} if the axis is out of range.
 * @example
 * await median(tensor([5, 1, 3, 9])).values.item(); // => 3
 */
export function median(x: Tensor, axis = -1): ValuesAndIndices {
  checkTensor("median", x);
  if (x.ndim === 0) return asScalars(median(asVector(x), axis), x);
  const { along, size } = checkedAxis("median", x, axis);
  const { indices } = sort(x, along);
  // NaN counts as the largest: the first stands behind all numbers.
  const count = sum(x.isNaN().logicalNot().cast("int32"), along, { keepDims: true });
  const middle = where(count.less(size), count, Math.floor((size - 1) / 2));
  const position = gather(indices, along, middle);
  return {
    values: squeeze(gather(x, along, position), [along]),
    indices: squeeze(position, [along]),
  };
}

/**
 * The value below which a share `q` of the elements along an axis lies, by linear interpolation
 * between the two nearest. NaN where there is one.
 *
 * @throws {ArgumentError} if q is not between 0 and 1.
 * @throws {ShapeError} if the axis is empty.
 * @throws {AxisError} if the axis is out of range.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await quantile(tensor([0, 10, 20]), 0.75).item(); // => 15
 */
export function quantile(x: Tensor, q: number, axis = -1): Tensor {
  checkTensor("quantile", x);
  if (x.ndim === 0) return asScalar(quantile(asVector(x), q, axis), x);
  const { along, size } = checkedAxis("quantile", x, axis);
  checkFloat("quantile", x);
  checkNumber("quantile", q);
  if (!(q >= 0 && q <= 1))
    throw new ArgumentError("quantile", `q must be between 0 and 1: received ${q}.`, {
      received: q,
    });
  const { values } = sort(x, along);
  const place = q * (size - 1);
  const below = select(values, along, Math.floor(place));
  const above = select(values, along, Math.ceil(place));
  return where(any(x.isNaN(), along), NaN, below.lerp(above, place - Math.floor(place)));
}

function checkedAxis(op: string, x: Tensor, axis: number): { along: number; size: number } {
  const along = normalizeAxis(axis, x.ndim, op);
  const size = x.shape[along]!;
  checkNotEmpty(op, x, size);
  return { along, size };
}

/**
 * Differences of neighbours along an axis, taken `order` times.
 *
 * Shape: [..., n, ...] → [..., n - order, ...], or 0 where that is below.
 * @throws {ArgumentError} if the order is not a whole number above 0.
 * @throws {AxisError} if the axis is out of range.
 * @example
 * await diff(tensor([1, 4, 9])).toArray(); // => [3, 5]
 */
export function diff(x: Tensor, axis = -1, order = 1): Tensor {
  checkTensor("diff", x);
  const along = normalizeAxis(axis, x.ndim, "diff");
  if (!Number.isInteger(order) || order < 1)
    throw new ArgumentError(
      "diff",
      `the order must be a whole number above 0: received ${order}.`,
      { received: order },
    );
  const part = (from: Tensor, start: number, size: number): Tensor =>
    applyOne("slice", [from], {
      starts: from.shape.map((_, i) => (i === along ? start : 0)),
      sizes: from.shape.map((full, i) => (i === along ? size : full)),
      steps: from.shape.map(() => 1),
    });
  let result = x;
  for (let i = 0; i < order; i++) {
    const size = result.shape[along]!;
    if (size < 2) return part(result, 0, 0);
    result = part(result, 1, size - 1).sub(part(result, 0, size - 1));
  }
  return result;
}
