import { ArgumentError, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { tensorKind, type Tensor } from "@dl/tensor";
import {
  checkClasses,
  checkClassNumbers,
  checkClassRange,
  checkClassWeight,
  checkFloat,
  checkRange,
  checkSameShape,
} from "./check-loss.ts";
import { lossKinds, reduced, type LossOptions } from "./reduction.ts";

/** Reduction and form of {@link hingeEmbeddingLoss}. */
export interface HingeEmbeddingLossOptions extends LossOptions {
  /** Distance from which unlike pairs cost nothing. Default 1. */
  readonly margin?: number;
}

const marginKinds: OptionKinds<HingeEmbeddingLossOptions> = /* @__PURE__ */ extendKinds(lossKinds, {
  margin: "number",
});

/**
 * Distances of pairs as losses: x for like pairs (target 1), max(0, margin − x) for unlike ones
 * (target −1).
 *
 * Shape: both the same → scalar, or the same.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the distances are not float.
 * @example
 * const loss = hingeEmbeddingLoss(left.sub(right).norm(1, 1), likeness);
 */
export function hingeEmbeddingLoss(
  distances: Tensor,
  targets: Tensor,
  options: HingeEmbeddingLossOptions = {},
): Tensor {
  const op = "hingeEmbeddingLoss";
  const { margin = 1 } = checkOptions(op, options, marginKinds);
  checkFloat(op, "distances", distances);
  checkSameShape(op, "distances", distances, targets);
  const like = distances.maskedFill(targets.equal(-1), 0);
  const unlike = distances.neg().add(margin).relu().maskedFill(targets.equal(1), 0);
  return reduced(op, like.add(unlike), options);
}

/** Reduction and form of {@link marginRankingLoss}. */
export interface MarginRankingLossOptions extends LossOptions {
  /** By how much the right one must be larger. Default 0. */
  readonly margin?: number;
}

/**
 * Cost of ranking two inputs wrongly: max(0, margin − targets · (first − second)). A target of 1
 * wants the first to be larger, −1 the second.
 *
 * Shape: all the same → scalar, or the same.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the inputs are not float.
 * @example
 * await marginRankingLoss(tensor([1]), tensor([3]), tensor([1])).item(); // => 2
 */
export function marginRankingLoss(
  first: Tensor,
  second: Tensor,
  targets: Tensor,
  options: MarginRankingLossOptions = {},
): Tensor {
  const op = "marginRankingLoss";
  const { margin = 0 } = checkOptions(op, options, marginKinds);
  checkFloat(op, "first", first);
  checkSameShape(op, "first", first, second, "second");
  checkSameShape(op, "first", first, targets);
  return reduced(op, second.sub(first).mul(targets).add(margin).relu(), options);
}

/** Reduction and form of {@link multiMarginLoss}. */
export interface MultiMarginLossOptions extends LossOptions {
  /** 1 or 2: how a violation counts. Default 1. */
  readonly p?: 1 | 2;
  /** By how much the right class must be ahead. Default 1. */
  readonly margin?: number;
  /** Importance of each class, [classes]. All the same unless said. */
  readonly weight?: Tensor;
}

const multiMarginKinds: OptionKinds<MultiMarginLossOptions> = /* @__PURE__ */ extendKinds(
  marginKinds,
  { p: "number", weight: tensorKind },
);

/**
 * The hinge loss of several classes: Σ over wrong classes j of
 * max(0, margin − scores[target] + scores[j])ᵖ / classes.
 *
 * Shape: scores [batch, classes] or [classes]; targets the same without classes, int32 → scalar, or
 * one number per sample. Class weights multiply a sample's loss and leave the mean's divisor alone.
 * Source: Crammer & Singer 2001, JMLR 2, section 2, summed over classes.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the scores are not float or the targets not integers.
 * @throws {ArgumentError} unless p is 1 or 2.
 * @example
 * await multiMarginLoss(tensor([0.1, 0.2, 0.4]), tensor(2, { dtype: "int32" })).item(); // => 0.5
 */
export function multiMarginLoss(
  scores: Tensor,
  targets: Tensor,
  options: MultiMarginLossOptions = {},
): Tensor {
  const op = "multiMarginLoss";
  const { p = 1, margin = 1, weight } = checkOptions(op, options, multiMarginKinds);
  checkClassNumbers(op, targets);
  const axis = checkClasses(op, "scores", scores, targets);
  const classes = scores.shape[axis]!;
  checkClassWeight(op, weight, classes);
  checkClassRange(op, targets, classes);
  if (p !== 1 && p !== 2)
    throw new ArgumentError(op, `p must be 1 or 2: received ${String(p)}.`, { received: p });
  const right = scores.gather(axis, targets.unsqueeze(axis)); // [batch, 1]
  const violations = scores.sub(right).add(margin).relu();
  const costs = p === 1 ? violations : violations.square();
  const isRight = targets.oneHot(classes, "bool");
  const losses = costs.maskedFill(isRight, 0).sum(axis).div(classes);
  return reduced(op, weight === undefined ? losses : losses.mul(weight.take(targets)), options);
}

/** Reduction and form of {@link tripletMarginLoss}. */
export interface TripletMarginLossOptions extends LossOptions {
  /** By how much the negative must be further away. Default 1. */
  readonly margin?: number;
  /** Which norm measures distance. Default 2. */
  readonly p?: number;
  /** Added to differences, so that the distance of equal points has a slope. Default 1e-6. */
  readonly epsilon?: number;
  /** Also hold the negative away from the positive, where that is nearer. Default false. */
  readonly swap?: boolean;
}

const tripletKinds: OptionKinds<TripletMarginLossOptions> = /* @__PURE__ */ extendKinds(
  marginKinds,
  { p: "number", epsilon: "number", swap: "boolean" },
);

/**
 * max(0, margin + d(anchor, positive) − d(anchor, negative)): a point must be nearer to its like.
 *
 * Shape: all [..., features] → scalar, or [...].
 * Source: Balntas et al. 2016, BMVC, "Learning local feature descriptors with triplets and shallow
 * convolutional neural networks".
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the points are not float.
 * @throws {ArgumentError} unless epsilon is at least 0.
 * @example
 * const loss = tripletMarginLoss(embed(image), embed(sameFace), embed(otherFace));
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginLossOptions = {},
): Tensor {
  const op = "tripletMarginLoss";
  const {
    margin = 1,
    p = 2,
    epsilon = 1e-6,
    swap = false,
  } = checkOptions(op, options, tripletKinds);
  checkFloat(op, "anchor", anchor);
  checkSameShape(op, "anchor", anchor, positive, "positive");
  checkSameShape(op, "anchor", anchor, negative, "negative");
  checkRange(op, "epsilon", epsilon, 0, Infinity);
  const distance = (a: Tensor, b: Tensor): Tensor => a.sub(b).add(epsilon).norm(p, -1);
  const away = swap
    ? distance(anchor, negative).minimum(distance(positive, negative))
    : distance(anchor, negative);
  return reduced(op, distance(anchor, positive).sub(away).add(margin).relu(), options);
}

/** Reduction and form of {@link cosineEmbeddingLoss}. */
export interface CosineEmbeddingLossOptions extends LossOptions {
  /** Cosine up to which unlike pairs cost nothing; −1 to 1. Default 0. */
  readonly margin?: number;
}

/**
 * 1 − cos for like pairs (target 1), max(0, cos − margin) for unlike ones (target −1).
 *
 * Shape: first and second [batch, features] or [features]; targets [batch] or a scalar → scalar, or
 * one number per pair.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the inputs are not float.
 * @throws {ArgumentError} unless the margin lies between −1 and 1.
 * @example
 * await cosineEmbeddingLoss(tensor([1, 0]), tensor([0, 2]), tensor(1)).item(); // => 1
 */
export function cosineEmbeddingLoss(
  first: Tensor,
  second: Tensor,
  targets: Tensor,
  options: CosineEmbeddingLossOptions = {},
): Tensor {
  const op = "cosineEmbeddingLoss";
  const { margin = 0 } = checkOptions(op, options, marginKinds);
  checkFloat(op, "first", first);
  checkSameShape(op, "first", first, second, "second");
  checkRange(op, "margin", margin, -1, 1);
  // √(‖x‖² + 10⁻¹²), as in PyTorch, so that a vector of zeros has cosine 0 and a slope.
  const unit = (x: Tensor): Tensor => x.div(x.norm(2, -1, { keepDims: true }).hypot(1e-6));
  const cosine = unit(first).mul(unit(second)).sum(-1);
  checkSameShape(op, "pairs", cosine, targets);
  const like = cosine.neg().add(1).maskedFill(targets.notEqual(1), 0);
  const unlike = cosine.sub(margin).relu().maskedFill(targets.notEqual(-1), 0);
  return reduced(op, like.add(unlike), options);
}
