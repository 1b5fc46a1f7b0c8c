import { scalar, withPartials, type Partials } from "@dl/backend";
import { checkFits } from "../core/number-operand.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkFloat, checkNumber } from "./check-operands.ts";
import { applyPointwise } from "./pointwise.ts";
import {
  checkNotEmpty,
  fold,
  foldedAxes,
  restoreAxes,
  varianceFor,
  type Axes,
  type ReduceOptions,
  type VarianceOptions,
} from "./reduce.ts";
import { div, equal, mul, pow, select, sqrt, sub } from "../scalar-functions.ts";

/** 0 where the root is 0: the slope there is infinite, and what it multiplies is 0. */
const rootPartials: Partials = (_args, y) => [select(equal(y, 0), 0, div(0.5, y))];
const root = new PointwiseOp("root", (x) => withPartials(sqrt(x), [x], rootPartials));

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
/** Of |x|; the derivative at 0 is 0 for every exponent. */
const absolutePower = new PointwiseOp("absolutePower", (x, exponent) =>
  withPartials(pow(x, exponent), [x, exponent], absolutePowerPartials),
);

/**
 * Standard deviation over axes: the root of the variance, with derivative 0 where it is 0.
 *
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await std(tensor([1, 2, 3])).item(); // => 1
 */
export function std(x: Tensor, axes?: Axes, options?: VarianceOptions): Tensor {
  const spread = varianceFor("std", x, axes, options);
  return applyPointwise(root, [spread], x.dtype);
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

function foldedNorm(x: Tensor, p: number, list: readonly number[]): Tensor {
  switch (p) {
    case 0:
      return fold("sum", x.notEqual(0).cast(x.dtype), list);
    case 1:
      return fold("sum", x.abs(), list);
    case 2:
      return applyPointwise(root, [fold("sum", x.square(), list)], x.dtype);
    case Infinity:
      return fold("max", x.abs(), list);
    case -Infinity:
      return fold("min", x.abs(), list);
    default: {
      const powers = applyPointwise(absolutePower, [x.abs(), p], x.dtype);
      return applyPointwise(powerRoot, [fold("sum", powers, list), 1 / p], x.dtype);
    }
  }
}
