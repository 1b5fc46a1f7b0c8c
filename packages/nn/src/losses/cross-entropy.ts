import { ArgumentError, checkOptions, extendKinds, isFloat, type OptionKinds } from "@dl/backend";
import { applyOne, tensorKind, type Tensor } from "@dl/tensor";
import {
  checkClasses,
  checkClassNumbers,
  checkClassRange,
  checkClassWeight,
  checkRange,
} from "./check-loss.ts";
import { lossKinds, reduced, reducedOver, type LossOptions } from "./reduction.ts";

/** Weights and exceptions of losses over classes. */
export interface ClassLossOptions extends LossOptions {
  /** Importance of each class, [classes]; the mean is then the weighted one. All the same unless said. */
  readonly weight?: Tensor;
  /** Targets with this number count for nothing. No number unless said (PyTorch: −100). */
  readonly ignoreIndex?: number;
}

const classLossKinds: OptionKinds<ClassLossOptions> = /* @__PURE__ */ extendKinds(lossKinds, {
  weight: tensorKind,
  ignoreIndex: "number",
});

/** Reduction and form of {@link crossEntropy}. */
export interface CrossEntropyOptions extends ClassLossOptions {
  /** Share of each target spread evenly over all classes; from 0, the default, to 1. */
  readonly labelSmoothing?: number;
}

const crossEntropyKinds: OptionKinds<CrossEntropyOptions> = /* @__PURE__ */ extendKinds(
  classLossKinds,
  { labelSmoothing: "number" },
);

/**
 * Cross-entropy between softmax(logits) and the targets: −log of the probability of the right class,
 * in nats.
 *
 * logsumexp(logits) − logits[target]; for probabilities p as targets, −Σ p log softmax(logits).
 * With class weights w the mean over class numbers is Σ w[target] loss / Σ w[target].
 *
 * Shape: logits [batch, classes, ...] or [classes]; targets the same without classes (int32 class
 * numbers), or exactly the same (float probabilities) → scalar, or one number per sample.
 * Class numbers must lie below classes, or be `ignoreIndex`. Those that the host knows (given to
 * `tensor`, views of them, picked from them) are checked at the call, others by the backend: an error
 * names the first that is no class, on a device with the next awaited read.
 * Source: label smoothing: Szegedy et al. 2016, arXiv:1512.00567, section 7.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the logits are not float.
 * @throws {ArgumentError} for an ignored class among probabilities, a smoothing outside [0, 1], or a
 * target from the host that is no class.
 * @example
 * const loss = crossEntropy(model.forward(inputs), targets);
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const op = "crossEntropy";
  const axis = checkClasses(op, "logits", logits, targets);
  const { weight, ignoreIndex, labelSmoothing = 0 } = checkOptions(op, options, crossEntropyKinds);
  const classes = logits.shape[axis]!;
  checkClassWeight(op, weight, classes);
  checkRange(op, "labelSmoothing", labelSmoothing, 0, 1);
  if (isFloat(targets.dtype)) {
    if (ignoreIndex !== undefined)
      throw new ArgumentError(
        op,
        `ignoreIndex needs class numbers as targets: received ${targets.dtype} probabilities. Set the probabilities of such samples to 0, or give int32 targets.`,
        { received: ignoreIndex },
      );
    const smooth = smoothed(targets, labelSmoothing, classes);
    const importance = weight === undefined ? smooth : smooth.mul(alongClasses(weight, logits));
    return reduced(op, logits.logSoftmax(axis).mul(importance).sum(axis).neg(), options);
  }
  checkClassRange(op, targets, classes, ignoreIndex);
  if (labelSmoothing === 0)
    return classLoss(op, targets, options, (at) =>
      logits.logsumexp(axis).sub(picked(logits, at, axis)),
    );
  const surprises = logits.logSoftmax(axis).neg(); // [batch, classes, ...]
  const weighted = weight === undefined ? surprises : surprises.mul(alongClasses(weight, logits));
  const even = weighted.sum(axis).mul(labelSmoothing / classes);
  return classLoss(
    op,
    targets,
    options,
    (at) => picked(surprises, at, axis).mul(1 - labelSmoothing),
    even,
  );
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
 * @example
 * const loss = negativeLogLikelihood(logits.logSoftmax(1), targets);
 */
export function negativeLogLikelihood(
  logProbabilities: Tensor,
  targets: Tensor,
  options: ClassLossOptions = {},
): Tensor {
  const op = "negativeLogLikelihood";
  checkOptions(op, options, classLossKinds);
  checkClassNumbers(op, targets);
  const axis = checkClasses(op, "logProbabilities", logProbabilities, targets);
  const classes = logProbabilities.shape[axis]!;
  checkClassWeight(op, options.weight, classes);
  checkClassRange(op, targets, classes, options.ignoreIndex);
  return classLoss(op, targets, options, (at) => picked(logProbabilities, at, axis).neg());
}

/** Losses at class numbers under class weights and an ignored class, reduced; `extra` is weighted already. */
function classLoss(
  op: string,
  targets: Tensor,
  { weight, ignoreIndex, reduction = "mean" }: ClassLossOptions,
  lossAt: (targets: Tensor) => Tensor,
  extra?: Tensor,
): Tensor {
  const ignored = ignoreIndex === undefined ? undefined : targets.equal(ignoreIndex);
  // An ignored number need not be a class, and must not be looked up.
  const at = ignored === undefined ? targets : targets.maskedFill(ignored, 0);
  const importance = weight?.take(at);
  let losses = lossAt(at);
  if (importance !== undefined) losses = losses.mul(importance);
  if (extra !== undefined) losses = losses.add(extra);
  if (ignored === undefined) return reducedOver(op, losses, importance?.sum(), reduction);
  // Filled, not multiplied: an ignored loss may be infinite.
  const total = importance?.maskedFill(ignored, 0) ?? ignored.logicalNot().cast(losses.dtype);
  return reducedOver(op, losses.maskedFill(ignored, 0), total.sum(), reduction);
}

/** Each sample's entry at its target class. The primitive itself: class numbers never count from the end. */
function picked(x: Tensor, targets: Tensor, axis: number): Tensor {
  return applyOne("gather", [x, targets.cast("int32").unsqueeze(axis)], { axis }).squeeze(axis);
}

/** [classes] spread beside [batch, classes, ...]. */
function alongClasses(weight: Tensor, logits: Tensor): Tensor {
  return weight.reshape([weight.elementCount, ...logits.shape.slice(2).map(() => 1)]);
}

function smoothed(targets: Tensor, share: number, classes: number): Tensor {
  return share === 0 ? targets : targets.mul(1 - share).add(share / classes);
}
