import { ArgumentError, checkOptions, isFloat } from "@dl/backend";
import type { Tensor } from "../core/tensor.ts";
import { checkFloat, checkTensor } from "./check-operands.ts";
import { meanOver } from "./mean-over.ts";
import { commonDType } from "./pointwise.ts";
import { checkReduceOptions, sum, type Axes, type ReduceOptions } from "./reduce.ts";
import { where } from "./where.ts";

/**
 * Sum over axes of what is not NaN.
 *
 * @throws {AxisError} if an axis is out of range or named twice.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await nanSum(tensor([1, NaN, 3])).item(); // => 4
 */
export function nanSum(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  checkTensor("nanSum", x);
  checkFloat("nanSum", x);
  checkReduceOptions("nanSum", options);
  return sum(where(x.isNaN(), 0, x), axes, options);
}

/**
 * Mean over axes of what is not NaN; NaN where nothing is left.
 *
 * @throws {AxisError} if an axis is out of range or named twice.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await nanMean(tensor([1, NaN, 3])).item(); // => 2
 */
export function nanMean(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  checkTensor("nanMean", x);
  checkFloat("nanMean", x);
  checkReduceOptions("nanMean", options);
  const count = sum(x.isNaN().logicalNot().cast(x.dtype), axes, options);
  return meanOver(nanSum(x, axes, options), count);
}

/** How near counts as equal, for {@link allclose} and its kin. */
export interface ClosenessOptions {
  /** Share of the right side's magnitude. Default 1e-5. */
  readonly relative?: number;
  /** Default 1e-8. */
  readonly absolute?: number;
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNaN?: boolean;
}

/**
 * Where two tensors are nearly equal: |left − right| ≤ absolute + relative · |right|. Infinities are
 * close to themselves.
 *
 * @throws {ShapeError} if the shapes do not broadcast.
 * @throws {ArgumentError} if a tolerance is not a number from 0 on.
 * @example
 * await isClose(tensor([1, 2]), tensor([1.000001, 2.1])).toArray(); // => [true, false]
 */
export function isClose(left: Tensor, right: Tensor, options: ClosenessOptions = {}): Tensor {
  for (const side of [left, right]) checkTensor("isClose", side);
  checkOptions("isClose", options, { relative: "number", absolute: "number", equalNaN: "boolean" });
  const { relative = 1e-5, absolute = 1e-8, equalNaN = false } = options;
  for (const [name, tolerance] of Object.entries({ relative, absolute }))
    if (!(tolerance >= 0))
      throw new ArgumentError("isClose", `${name} must be 0 or above: received ${tolerance}.`, {
        received: tolerance,
      });
  const size = isFloat(right.dtype) ? right.abs() : right.cast("float32").abs();
  const tolerance = size.mul(relative).add(absolute);
  if (!isFloat(commonDType("isClose", [left, right]))) {
    // Where int32 wraps, the difference's bits are those of the uint32 that it is.
    const between = left.maximum(right).sub(left.minimum(right)).cast("uint32");
    return left.equal(right).logicalOr(between.lessEqual(tolerance));
  }
  const distance = left.sub(right).abs();
  const isNear = distance.lessEqual(tolerance).logicalAnd(distance.isFinite());
  const close = left.equal(right).logicalOr(isNear);
  return equalNaN ? close.logicalOr(left.isNaN().logicalAnd(right.isNaN())) : close;
}
