import { constantLike, scalar, withPartials, type Partials } from "@dl/backend";
import { checkFits } from "../core/number-operand.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import type { Tensor } from "../core/tensor.ts";
import { div, equal, less, mul, neg, pow, select, sub } from "../scalar-functions.ts";
import { checkFloat, checkNumber } from "./check-operands.ts";
import { applyPointwise } from "./pointwise.ts";
import {
  checkNotEmpty,
  deviations,
  fold,
  foldedAxes,
  restoreAxes,
  type Axes,
  type ReduceOptions,
  type VarianceOptions,
} from "./reduce.ts";

const powerRootPartials: Partials = ([x, exponent], y) => [
  select(equal(y, 0), 0, div(mul(exponent!, y), x!)),
  select(equal(y, 0), 0, mul(y, scalar.log(x!))),
];
const powerRoot = new PointwiseOp("powerRoot", (x, exponent) =>
  withPartials(pow(x, exponent), [x, exponent], powerRootPartials),
);
const absolutePowerPartials: Partials = ([x, exponent]) => [
  select(equal(x!, 0), 0, mul(exponent!, pow(x!, sub(exponent!, 1)))),
  select(equal(x!, 0), 0, mul(pow(x!, exponent!), scalar.log(x!))),
];
const constantPartials: Partials = ([x]) => [constantLike(0, x!)];
/** Of |x|; the derivative at 0 is 0 for every exponent. */
const absolutePower = new PointwiseOp("absolutePower", (x, exponent) =>
  withPartials(pow(x, exponent), [x, exponent], absolutePowerPartials),
);

/** 1 / length; what has no length has no direction either. */
const perLength = new PointwiseOp("perLength", (length) => {
  const inverse = div(1, length);
  return select(equal(inverse, Infinity), 0, inverse);
});
const sharePartials: Partials = ([x, _length, inverse]) => [
  inverse!,
  neg(mul(mul(x!, inverse!), inverse!)),
  constantLike(0, inverse!),
];
/** Read through the inverse, differentiated by the length: no square of either is formed. */
const shareOfLength = new PointwiseOp("overLength", (x, length, inverse) =>
  withPartials(mul(x, inverse), [x, length, inverse], sharePartials),
);

/**
 * Elements divided by a length of at least 0 that they share: x / length, and 0 where that is 0.
 *
 * Each length is inverted once. The derivatives are as good for lengths whose square is out of range.
 *
 * @throws {ShapeError} if the shapes do not broadcast.
 * @example
 * await overLength(tensor([3, 4]), tensor(5)).toArray(); // => [0.6, 0.8]
 */
export function overLength(x: Tensor, length: Tensor): Tensor {
  const inverse = applyPointwise(perLength, [length], x.dtype);
  return applyPointwise(shareOfLength, [x, length, inverse], x.dtype);
}

/**
 * Standard deviation over axes: the root of the variance, with derivative 0 where it is 0.
 *
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await std(tensor([1, 2, 3])).item(); // => 1
 */
export function std(x: Tensor, axes?: Axes, options?: VarianceOptions): Tensor {
  const { centred, divisor, list } = deviations("std", x, axes, options);
  const spread = rootOfSquares(centred, list).div(Math.sqrt(divisor));
  return restoreAxes(spread, x.shape, list, options);
}

/**
 * Vector norm over axes: (Σ |x|ᵖ)^(1/p); p = Infinity gives the largest |x|, -Infinity the
 * smallest, 0 counts what is not zero. The derivative of a norm of 0 is 0.
 *
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await norm(tensor([3, 4])).item(); // => 5
 */
export function norm(x: Tensor, p = 2, axes?: Axes, options?: ReduceOptions): Tensor {
  const { list, count } = foldedAxes("norm", x, axes, options);
  checkFloat("norm", x);
  checkNumber("norm", p);
  checkFits("norm", p, x.dtype);
  if (Math.abs(p) === Infinity) checkNotEmpty("norm", x, count);
  return restoreAxes(foldedNorm(x, p, list), x.shape, list, options);
}

/** A number taken for a constant, whatever it depends on; 1 where it is 0, infinite or NaN. */
const scaleOf = new PointwiseOp("scaleOf", (x) =>
  withPartials(
    select(scalar.and(less(0, x), less(x, Infinity)), x, constantLike(1, x)),
    [x],
    constantPartials,
  ),
);

function rootOfPowers(x: Tensor, p: number, list: readonly number[]): Tensor {
  const powers = applyPointwise(absolutePower, [x.abs(), p], x.dtype);
  return applyPointwise(powerRoot, [fold("sum", powers, list), 1 / p], x.dtype);
}

/** Of no axes, the squares are of single elements. */
function rootOfSquares(x: Tensor, list: readonly number[]): Tensor {
  return list.length === 0 ? x.abs() : fold("hypot", x, list);
}

function foldedNorm(x: Tensor, p: number, list: readonly number[]): Tensor {
  switch (p) {
    case 0:
      return fold("sum", x.notEqual(0).cast(x.dtype), list);
    case 1:
      return fold("sum", x.abs(), list);
    case 2:
      return rootOfSquares(x, list);
    case Infinity:
      return fold("max", x.abs(), list);
    case -Infinity:
      return fold("min", x.abs(), list);
    default: {
      const count = list.reduce((product, axis) => product * x.shape[axis]!, 1);
      if (count === 0) return rootOfPowers(x, p, list);
      // Any scale gives the same norm: this one keeps the powers within the type's range.
      const largest = fold("max", x.abs(), list);
      const scale = applyPointwise(scaleOf, [largest], x.dtype);
      const unit = x.div(restoreAxes(scale, x.shape, list, { keepDims: true }));
      return rootOfPowers(unit, p, list).mul(scale);
    }
  }
}
