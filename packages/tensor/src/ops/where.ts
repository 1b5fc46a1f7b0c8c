import { scalar, withPartials, type Partials, type Scalar } from "@dl/backend";
import { ArgumentError } from "@dl/backend";
import { lowerBound, upperBound } from "../core/number-operand.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { Tensor } from "../core/tensor.ts";
import { checkNumber, checkTensor } from "./check-operands.ts";
import { applyPointwise, commonDType } from "./pointwise.ts";
import { cast, less, lessEqual, max, min } from "../scalar-functions.ts";

const choose = new PointwiseOp("where", (condition, a, b) => scalar.select(condition, a, b));

/**
 * `a` where the condition holds, else `b`, broadcast together. As a method: `a.where(condition, b)`.
 *
 * @throws {ShapeError} if the shapes do not broadcast.
 * @example
 * await where(tensor([true, false]), 1, tensor([5, 6])).toArray(); // => [1, 6]
 */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  checkTensor("where", condition);
  for (const side of [a, b]) if (typeof side !== "number") checkTensor("where", side);
  const bothNumbers = typeof a === "number" && typeof b === "number";
  const dtype = bothNumbers ? "float32" : commonDType("where", [a, b]);
  return applyPointwise(choose, [condition, a, b], ["bool", dtype, dtype]);
}

/** The bounds themselves still pass the gradient on. */
const aboveLow = (x: Scalar, low: Scalar): Scalar => cast(lessEqual(low, x), x.dtype);
const belowHigh = (x: Scalar, high: Scalar): Scalar => cast(lessEqual(x, high), x.dtype);

const lowPartials: Partials = ([x, low]) => [aboveLow(x!, low!), cast(less(x!, low!), x!.dtype)];
const highPartials: Partials = ([x, high]) => [
  belowHigh(x!, high!),
  cast(less(high!, x!), x!.dtype),
];
const clampLow = new PointwiseOp("clamp", (x, low) =>
  withPartials(max(x, low), [x, low], lowPartials),
);
const clampHigh = new PointwiseOp("clamp", (x, high) =>
  withPartials(min(x, high), [x, high], highPartials),
);

/**
 * x held between bounds, either of which may be left out: min(max(x, low), high).
 *
 * A bound outside x's type bounds nothing.
 *
 * @throws {ArgumentError} if both bounds are missing, or a bound that the type cannot hold is to be the result.
 * @example
 * await clamp(tensor([-2, 0.5, 3]), 0, 1).toArray(); // => [0, 0.5, 1]
 */
export function clamp(x: Tensor, low?: Tensor | number, high?: Tensor | number): Tensor {
  checkTensor("clamp", x);
  if (low === undefined && high === undefined)
    throw new ArgumentError("clamp", "needs a bound: received none. Give low, high or both.");
  let result = x.dtype === "bool" ? x.cast("int32") : x;
  for (const [op, rule, given] of [
    [clampLow, lowerBound, low],
    [clampHigh, upperBound, high],
  ] as const) {
    if (given === undefined) continue;
    if (!(given instanceof Tensor)) checkNumber("clamp", given);
    const bound = typeof given === "number" ? rule(given, result.dtype, "clamp") : given;
    result = applyPointwise(op, [result, bound], commonDType("clamp", [result, bound]));
  }
  return result;
}
