import {
  ArgumentError,
  DTypeError,
  formatShape,
  isFloat,
  scalar,
  ShapeError,
  shapesEqual,
  withPartials,
  type Partials,
} from "@dl/backend";
import { applyOne, PointwiseOp, type Tensor } from "@dl/tensor";

/** How the losses of single elements become one: their mean, their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  /** Default `"mean"`. */
  readonly reduction?: Reduction;
}

/**
 * Cross-entropy between softmax(logits) and the targets: −log of the probability of the right class,
 * in nats.
 *
 * logsumexp(logits) − logits[target]; for probabilities p as targets, −Σ p log softmax(logits).
 *
 * Shape: logits [batch, classes, ...] or [classes]; targets the same without classes (int32 class
 * numbers), or exactly the same (float probabilities) → scalar, or one number per sample.
 * Class numbers are on the device and not checked: they must lie below classes.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the logits are not float.
 * @example
 * const loss = crossEntropy(model.forward(inputs), targets);
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  const axis = checkClasses("crossEntropy", "logits", logits, targets);
  const losses = isFloat(targets.dtype)
    ? logits.logSoftmax(axis).mul(targets).sum(axis).neg()
    : logits.logsumexp(axis).sub(picked(logits, targets, axis));
  return reduced("crossEntropy", losses, options);
}

/**
 * −log of the probability of the right class, given log-probabilities: {@link crossEntropy} after
 * `logSoftmax`.
 *
 * Shape: logProbabilities [batch, classes, ...] or [classes]; targets the same without classes,
 * int32 → scalar, or one number per sample.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the log-probabilities are not float or the targets not integers.
 */
export function negativeLogLikelihood(
  logProbabilities: Tensor,
  targets: Tensor,
  options: LossOptions = {},
): Tensor {
  const op = "negativeLogLikelihood";
  if (isFloat(targets.dtype))
    throw new DTypeError(
      op,
      `targets must be class numbers (int32), got ${targets.dtype}. Convert with targets.cast("int32").`,
      { expected: "int32", received: targets.dtype },
    );
  const axis = checkClasses(op, "logProbabilities", logProbabilities, targets);
  return reduced(op, picked(logProbabilities, targets, axis).neg(), options);
}

/**
 * (predictions − targets)².
 *
 * Shape: both the same → scalar, or the same.
 *
 * @throws {ShapeError} if the shapes differ; they are not broadcast, since that hides mistakes.
 */
export function meanSquaredError(
  predictions: Tensor,
  targets: Tensor,
  options: LossOptions = {},
): Tensor {
  checkSameShape("meanSquaredError", "predictions", predictions, targets);
  return reduced("meanSquaredError", predictions.sub(targets).square(), options);
}

const sigmoidPartials: Partials = ([x, t]) => [
  scalar.sub(scalar.add(0.5, scalar.mul(0.5, scalar.tanh(scalar.mul(0.5, x!)))), t!),
  scalar.neg(x!),
];
// max(x, 0) − x t + log(1 + exp(−|x|)) is −t log σ(x) − (1 − t) log(1 − σ(x)) without overflow.
const binaryCrossEntropyOp = new PointwiseOp("binaryCrossEntropyWithLogits", (x, t) =>
  withPartials(
    scalar.add(
      scalar.sub(scalar.max(x, 0), scalar.mul(x, t)),
      scalar.log1p(scalar.exp(scalar.neg(scalar.abs(x)))),
    ),
    [x, t],
    sigmoidPartials,
  ),
);

/**
 * Cross-entropy of independent yes-or-no targets with sigmoid(logits), in nats.
 *
 * −t log σ(x) − (1 − t) log(1 − σ(x)). Exact for logits of any size.
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
  options: LossOptions = {},
): Tensor {
  const op = "binaryCrossEntropyWithLogits";
  checkFloat(op, "logits", logits);
  checkSameShape(op, "logits", logits, targets);
  const losses = applyOne("pointwise", [logits, targets.cast(logits.dtype)], {
    op: binaryCrossEntropyOp,
  });
  return reduced(op, losses, options);
}

/**
 * Share of samples whose largest logit is at the target.
 *
 * Shape: logits [batch, classes, ...] or [classes]; targets the same without classes, int32 → scalar.
 *
 * @throws {ShapeError} if the shapes do not fit.
 */
export function accuracy(logits: Tensor, targets: Tensor): Tensor {
  const axis = checkClasses("accuracy", "logits", logits, targets);
  return logits.detach().argmax(axis).equal(targets).cast(logits.dtype).mean();
}

/** Each sample's entry at its target class. */
function picked(x: Tensor, targets: Tensor, axis: number): Tensor {
  return x.gather(axis, targets.unsqueeze(axis)).squeeze(axis);
}

function reduced(op: string, losses: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  switch (reduction) {
    case "mean":
      return losses.mean();
    case "sum":
      return losses.sum();
    case "none":
      return losses;
    default:
      throw new ArgumentError(
        op,
        `unknown reduction: received ${JSON.stringify(reduction)}. Use "mean", "sum" or "none".`,
        { received: reduction },
      );
  }
}

/** The axis of the classes. @throws {ShapeError | DTypeError} if the two do not fit. */
function checkClasses(op: string, name: string, logits: Tensor, targets: Tensor): number {
  checkFloat(op, name, logits);
  const axis = logits.ndim === 1 ? 0 : 1;
  const expected = isFloat(targets.dtype) ? logits.shape : logits.shape.toSpliced(axis, 1);
  if (logits.ndim === 0 || !shapesEqual(targets.shape, expected))
    throw new ShapeError(
      op,
      `targets must have shape ${formatShape(expected)}, got ${formatShape(targets.shape)}: ${name} ${formatShape(logits.shape)}, targets of ${targets.dtype}. Class numbers have ${name}' shape without the classes; float targets are probabilities and have the same shape.`,
      { expected, received: targets.shape },
    );
  return axis;
}

function checkFloat(op: string, name: string, x: Tensor): void {
  if (!isFloat(x.dtype))
    throw new DTypeError(
      op,
      `${name} must be float, got ${x.dtype}. Convert with x.cast("float32").`,
      {
        received: x.dtype,
      },
    );
}

function checkSameShape(op: string, name: string, x: Tensor, targets: Tensor): void {
  if (!shapesEqual(x.shape, targets.shape))
    throw new ShapeError(
      op,
      `${name} and targets must have one shape: ${name} ${formatShape(x.shape)}, targets ${formatShape(targets.shape)}. Reshape one of them.`,
      { expected: x.shape, received: targets.shape },
    );
}
