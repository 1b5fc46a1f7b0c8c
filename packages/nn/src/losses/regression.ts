import {
  checkOptions,
  extendKinds,
  scalar,
  withPartials,
  type OptionKinds,
  type Partials,
} from "@dl/backend";
import { applyOne, PointwiseOp, type Tensor } from "@dl/tensor";
import { checkFloat, checkPositive, checkRange, checkSameShape } from "./check-loss.ts";
import { lossKinds, reduced, type LossOptions } from "./reduction.ts";

/**
 * (predictions − targets)².
 *
 * Shape: both the same → scalar, or the same.
 *
 * @throws {ShapeError} if the shapes differ; they are not broadcast, since that hides mistakes.
 * @example
 * await meanSquaredError(tensor([1, 2]), tensor([1, 4])).item(); // => 2
 */
export function meanSquaredError(
  predictions: Tensor,
  targets: Tensor,
  options: LossOptions = {},
): Tensor {
  checkOptions("meanSquaredError", options, lossKinds);
  checkSameShape("meanSquaredError", "predictions", predictions, targets);
  return reduced("meanSquaredError", predictions.sub(targets).square(), options);
}

/**
 * |predictions − targets|, PyTorch's `l1_loss`: less moved by outliers than squares.
 *
 * Shape: both the same → scalar, or the same.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the predictions are not float.
 * @example
 * await meanAbsoluteError(tensor([1, 2]), tensor([1, 4])).item(); // => 1
 */
export function meanAbsoluteError(
  predictions: Tensor,
  targets: Tensor,
  options: LossOptions = {},
): Tensor {
  const op = "meanAbsoluteError";
  checkOptions(op, options, lossKinds);
  checkFloat(op, "predictions", predictions);
  checkSameShape(op, "predictions", predictions, targets);
  return reduced(op, predictions.sub(targets).abs(), options);
}

/** Reduction and form of {@link huberLoss}. */
export interface HuberLossOptions extends LossOptions {
  /** Errors above it count linearly, not squared. Default 1. */
  readonly delta?: number;
}

const huberKinds: OptionKinds<HuberLossOptions> = /* @__PURE__ */ extendKinds(lossKinds, {
  delta: "number",
});

/**
 * Squared near 0, linear far from it: e²/2 where |e| ≤ delta, else delta (|e| − delta/2),
 * e = predictions − targets.
 *
 * Shape: both the same → scalar, or the same.
 * Source: Huber 1964, doi:10.1214/aoms/1177703732.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {ArgumentError} unless delta is above 0.
 * @example
 * await huberLoss(tensor([3, 0.5]), tensor([0, 0]), { reduction: "none" }).toArray(); // => [2.5, 0.125]
 */
export function huberLoss(
  predictions: Tensor,
  targets: Tensor,
  options: HuberLossOptions = {},
): Tensor {
  const { delta = 1 } = checkOptions("huberLoss", options, huberKinds);
  checkPositive("huberLoss", "delta", delta);
  return reduced("huberLoss", huber("huberLoss", predictions, targets, delta), options);
}

/** Reduction and form of {@link smoothL1Loss}. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Errors above it count linearly. Default 1; 0 is {@link meanAbsoluteError}. */
  readonly beta?: number;
}

const smoothL1Kinds: OptionKinds<SmoothL1LossOptions> = /* @__PURE__ */ extendKinds(lossKinds, {
  beta: "number",
});

/**
 * {@link huberLoss} divided by its bound, so that it comes near |e| as beta goes to 0: e²/(2 beta)
 * where |e| < beta, else |e| − beta/2.
 *
 * Shape: both the same → scalar, or the same.
 * Source: Girshick 2015, arXiv:1504.08083, eq. 3.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {ArgumentError} unless beta is at least 0.
 * @example
 * await smoothL1Loss(tensor([3]), tensor([0]), { beta: 2 }).item(); // => 2
 */
export function smoothL1Loss(
  predictions: Tensor,
  targets: Tensor,
  options: SmoothL1LossOptions = {},
): Tensor {
  const op = "smoothL1Loss";
  const { beta = 1 } = checkOptions(op, options, smoothL1Kinds);
  checkRange(op, "beta", beta, 0, Infinity);
  if (beta === 0) {
    checkSameShape(op, "predictions", predictions, targets);
    return reduced(op, predictions.sub(targets).abs(), options);
  }
  return reduced(op, huber(op, predictions, targets, beta).div(beta), options);
}

const { abs, less, max, min, mul, neg, select, sub } = scalar;

/** e held within ± delta. Taken through the formula, an infinite error would meet its bound's 0. */
const huberPartials: Partials = ([error, delta]) => [
  max(min(error!, delta!), neg(delta!)),
  select(less(delta!, abs(error!)), sub(abs(error!), delta!), 0),
];
/** c (|e| − c/2) with c = min(|e|, delta): both branches in one. */
const huberOp = /* @__PURE__ */ new PointwiseOp("huber", (error, delta) => {
  const bounded = min(abs(error), delta);
  const loss = mul(bounded, sub(abs(error), mul(bounded, 0.5)));
  return withPartials(loss, [error, delta], huberPartials);
});

function huber(op: string, predictions: Tensor, targets: Tensor, delta: number): Tensor {
  checkFloat(op, "predictions", predictions);
  checkSameShape(op, "predictions", predictions, targets);
  const error = predictions.sub(targets);
  return applyOne("pointwise", [error, { number: delta, dtype: error.dtype }], { op: huberOp });
}
