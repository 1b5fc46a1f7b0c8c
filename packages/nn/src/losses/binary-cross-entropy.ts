import {
  checkOptions,
  extendKinds,
  formatShape,
  scalar,
  ShapeError,
  withPartials,
  type OptionKinds,
  type Partials,
  type Scalar,
} from "@dl/backend";
import { applyOne, PointwiseOp, tensorKind, type Tensor } from "@dl/tensor";
import { checkFloat, checkSameShape } from "./check-loss.ts";
import { lossKinds, reduced, type LossOptions } from "./reduction.ts";

const { abs, add, div, exp, log, log1p, max, mul, neg, sub, tanh } = scalar;

const sigmoidPartials: Partials = ([x, t]) => [
  sub(add(0.5, mul(0.5, tanh(mul(0.5, x!)))), t!),
  neg(x!),
];
// max(x, 0) − x t + log(1 + exp(−|x|)) is −t log σ(x) − (1 − t) log(1 − σ(x)) without overflow.
const withLogitsOp = /* @__PURE__ */ new PointwiseOp("binaryCrossEntropyWithLogits", (x, t) =>
  withPartials(add(sub(max(x, 0), mul(x, t)), log1p(exp(neg(abs(x))))), [x, t], sigmoidPartials),
);

/** Reduction and form of {@link binaryCrossEntropyWithLogits}. */
export interface BinaryLogitsOptions extends LossOptions {
  /**
   * Importance of a yes beside a no, for rare ones: one number, or a tensor that broadcasts to the
   * logits, such as one per class. Default 1.
   */
  readonly posWeight?: Tensor | number;
}

const binaryLogitsKinds: OptionKinds<BinaryLogitsOptions> = /* @__PURE__ */ extendKinds(lossKinds, {
  posWeight: {
    what: "a tensor or a number",
    accepts: (value) => typeof value === "number" || tensorKind.accepts(value),
  },
});

/**
 * Cross-entropy of independent yes-or-no targets with sigmoid(logits), in nats.
 *
 * −posWeight t log σ(x) − (1 − t) log(1 − σ(x)). Exact for logits of any size.
 *
 * Shape: both the same → scalar, or the same. Targets are probabilities between 0 and 1.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the logits are not float.
 * @example
 * await binaryCrossEntropyWithLogits(zeros([4]), ones([4])).item(); // => 0.6931...
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryLogitsOptions = {},
): Tensor {
  const op = "binaryCrossEntropyWithLogits";
  checkFloat(op, "logits", logits);
  checkSameShape(op, "logits", logits, targets);
  const wanted = targets.cast(logits.dtype);
  const { posWeight } = checkOptions(op, options, binaryLogitsKinds);
  if (posWeight === undefined)
    return reduced(op, applyOne("pointwise", [logits, wanted], { op: withLogitsOp }), options);
  if (typeof posWeight !== "number") checkFits(op, posWeight, logits);
  const extra = wanted.mul(typeof posWeight === "number" ? posWeight - 1 : posWeight.sub(1));
  // (1 − t) x + (1 + (posWeight − 1) t) log(1 + exp(−x))
  const losses = logits.sub(logits.mul(wanted)).add(extra.add(1).mul(logits.neg().softplus()));
  return reduced(op, losses, options);
}

/** @throws {ShapeError} if the weight would make the logits larger. */
function checkFits(op: string, posWeight: Tensor, logits: Tensor): void {
  const tail = logits.shape.slice(logits.ndim - posWeight.ndim);
  const fits =
    posWeight.ndim <= logits.ndim &&
    posWeight.shape.every((size, axis) => size === 1 || size === tail[axis]);
  if (!fits)
    throw new ShapeError(
      op,
      `posWeight must broadcast to the logits: logits ${formatShape(logits.shape)}, posWeight ${formatShape(posWeight.shape)}. Give one number per class, on the last axis.`,
      { expected: logits.shape, received: posWeight.shape },
    );
}

// The logarithms are held above −100 and the slope's divisor above 1e-12, as in PyTorch: a sure and
// wrong prediction costs 100 nats instead of infinity.
const boundedLog = (x: Scalar): Scalar => max(log(x), -100);
const probabilityPartials: Partials = ([p, t]) => [
  div(sub(p!, t!), max(mul(p!, sub(1, p!)), 1e-12)),
  sub(boundedLog(sub(1, p!)), boundedLog(p!)),
];
const probabilityOp = /* @__PURE__ */ new PointwiseOp("binaryCrossEntropy", (p, t) =>
  withPartials(
    neg(add(mul(t, boundedLog(p)), mul(sub(1, t), boundedLog(sub(1, p))))),
    [p, t],
    probabilityPartials,
  ),
);

/**
 * Cross-entropy of independent yes-or-no targets with predicted probabilities, in nats.
 *
 * −t log p − (1 − t) log(1 − p), each logarithm at least −100. Prefer
 * {@link binaryCrossEntropyWithLogits}, which is exact where the probability rounds to 0 or 1.
 *
 * Shape: both the same → scalar, or the same. Predictions and targets lie between 0 and 1.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the predictions are not float.
 * @example
 * await binaryCrossEntropy(full([4], 0.5), ones([4])).item(); // => 0.6931...
 */
export function binaryCrossEntropy(
  predictions: Tensor,
  targets: Tensor,
  options: LossOptions = {},
): Tensor {
  const op = "binaryCrossEntropy";
  checkOptions(op, options, lossKinds);
  checkFloat(op, "predictions", predictions);
  checkSameShape(op, "predictions", predictions, targets);
  const losses = applyOne("pointwise", [predictions, targets.cast(predictions.dtype)], {
    op: probabilityOp,
  });
  return reduced(op, losses, options);
}
