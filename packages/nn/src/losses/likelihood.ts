import {
  ArgumentError,
  checkOptions,
  constantLike,
  extendKinds,
  formatShape,
  scalar,
  ShapeError,
  withPartials,
  type OptionKinds,
} from "@dl/backend";
import { applyOne, PointwiseOp, type Tensor } from "@dl/tensor";
import { checkFloat, checkPositive, checkSameShape } from "./check-loss.ts";
import { lossKinds, reduced, type LossOptions, type Reduction } from "./reduction.ts";

/** Reduction and form of {@link klDivergenceLoss}. */
export interface KlDivergenceLossOptions {
  /**
   * Default `"mean"`, over every element. `"batchMean"` divides the sum by the first axis: the
   * divergence as it is defined, averaged over samples.
   */
  readonly reduction?: Reduction | "batchMean";
  /** The targets are log-probabilities too. Default false. */
  readonly logTarget?: boolean;
}

const klKinds: OptionKinds<KlDivergenceLossOptions> = {
  reduction: "string",
  logTarget: "boolean",
};

/**
 * Kullback-Leibler divergence of predicted from wanted probabilities, in nats, element by element.
 *
 * t (log t − logProbabilities), and 0 where t is 0.
 *
 * Shape: both the same → scalar, or the same. The predictions are log-probabilities, as `logSoftmax`
 * gives them; the targets are probabilities.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the predictions are not float.
 * @throws {ArgumentError} for an unknown reduction, or `"batchMean"` of a scalar.
 * @example
 * const loss = klDivergenceLoss(logits.logSoftmax(1), teacher, { reduction: "batchMean" });
 */
export function klDivergenceLoss(
  logProbabilities: Tensor,
  targets: Tensor,
  options: KlDivergenceLossOptions = {},
): Tensor {
  const op = "klDivergenceLoss";
  checkFloat(op, "logProbabilities", logProbabilities);
  checkSameShape(op, "logProbabilities", logProbabilities, targets);
  const { reduction = "mean", logTarget = false } = checkOptions(op, options, klKinds);
  const losses = logTarget
    ? targets.exp().mul(targets.sub(logProbabilities))
    : targets.xlogy(targets).sub(targets.mul(logProbabilities));
  if (reduction !== "batchMean") return reduced(op, losses, { reduction });
  if (losses.ndim === 0)
    throw new ArgumentError(op, '"batchMean" needs a batch: received a scalar. Use "sum".', {
      received: reduction,
    });
  return losses.sum().div(losses.shape[0]!);
}

// Bounded below, with slope 1 there too, as in PyTorch: a variance that fell under the bound can
// still grow.
const boundedVariance = /* @__PURE__ */ new PointwiseOp("boundedVariance", (variance, epsilon) =>
  withPartials(scalar.max(variance, epsilon), [variance, epsilon], () => [
    constantLike(1, variance),
    constantLike(0, epsilon),
  ]),
);

/** Reduction and form of {@link gaussianNegativeLogLikelihood}. */
export interface GaussianLossOptions extends LossOptions {
  /** Whether the constant ½ log 2π is added. Default false. */
  readonly full?: boolean;
  /** Least variance. Default 1e-6. */
  readonly epsilon?: number;
}

const gaussianKinds: OptionKinds<GaussianLossOptions> = /* @__PURE__ */ extendKinds(lossKinds, {
  full: "boolean",
  epsilon: "number",
});

/** ½ ln 2π, which engines round differently. */
const halfLogTwoPi = 0.9189385332046727;

/**
 * −log of the density of a normal distribution with predicted mean and variance, without its
 * constant unless `full`; in nats.
 *
 * ½ (log v + (mean − targets)² / v), v = max(variance, epsilon).
 *
 * Shape: mean and targets the same; variance the same, or with a last axis of 1, or without the
 * last axis (one variance per row) → scalar, or the shape of the targets.
 * Source: Nix & Weigend 1994, doi:10.1109/ICNN.1994.374138.
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the mean or variance is not float.
 * @example
 * await gaussianNegativeLogLikelihood(zeros([1]), ones([1]), ones([1])).item(); // => 0.5
 */
export function gaussianNegativeLogLikelihood(
  mean: Tensor,
  targets: Tensor,
  variance: Tensor,
  options: GaussianLossOptions = {},
): Tensor {
  const op = "gaussianNegativeLogLikelihood";
  const { full = false, epsilon = 1e-6 } = checkOptions(op, options, gaussianKinds);
  checkFloat(op, "mean", mean);
  checkFloat(op, "variance", variance);
  checkSameShape(op, "mean", mean, targets);
  checkPositive(op, "epsilon", epsilon);
  const spread = varianceLike(op, mean, variance);
  const bounded = applyOne("pointwise", [spread, { number: epsilon, dtype: spread.dtype }], {
    op: boundedVariance,
  });
  const losses = mean.sub(targets).square().div(bounded).add(bounded.log()).mul(0.5);
  return reduced(op, full ? losses.add(halfLogTwoPi) : losses, options);
}

/** One variance per element or per row, ready to broadcast. @throws {ShapeError} */
function varianceLike(op: string, mean: Tensor, variance: Tensor): Tensor {
  const { shape } = variance;
  const rows = mean.shape.slice(0, -1);
  const same = (a: readonly number[], b: readonly number[]): boolean =>
    a.length === b.length && a.every((size, axis) => size === b[axis]);
  if (same(shape, mean.shape) || (mean.ndim > 0 && same(shape, [...rows, 1]))) return variance;
  if (mean.ndim > 0 && same(shape, rows)) return variance.unsqueeze(-1);
  throw new ShapeError(
    op,
    `variance must have the mean's shape, or one number per row: mean ${formatShape(mean.shape)}, variance ${formatShape(shape)}. Reshape the variance.`,
    { expected: mean.shape, received: shape },
  );
}

/** Reduction and form of {@link poissonNegativeLogLikelihood}. */
export interface PoissonLossOptions extends LossOptions {
  /** The predictions are logarithms of rates. Default true. */
  readonly logInput?: boolean;
  /** Whether Stirling's approximation of log targets! is added, for targets above 1. Default false. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken, where `logInput` is false. Default 1e-8. */
  readonly epsilon?: number;
}

const poissonKinds: OptionKinds<PoissonLossOptions> = /* @__PURE__ */ extendKinds(lossKinds, {
  logInput: "boolean",
  full: "boolean",
  epsilon: "number",
});

/**
 * −log of the probability of counts under a Poisson distribution, without the term of the counts
 * alone unless `full`; in nats.
 *
 * exp(x) − t x for logarithms of rates, x − t log(x + epsilon) for rates.
 *
 * Shape: both the same → scalar, or the same.
 *
 * @throws {ShapeError} if the shapes differ.
 * @throws {DTypeError} if the predictions are not float.
 * @example
 * await poissonNegativeLogLikelihood(zeros([3]), ones([3])).item(); // => 1
 */
export function poissonNegativeLogLikelihood(
  predictions: Tensor,
  targets: Tensor,
  options: PoissonLossOptions = {},
): Tensor {
  const op = "poissonNegativeLogLikelihood";
  const { logInput = true, full = false, epsilon = 1e-8 } = checkOptions(op, options, poissonKinds);
  checkFloat(op, "predictions", predictions);
  checkSameShape(op, "predictions", predictions, targets);
  const counts = targets.cast(predictions.dtype);
  const losses = logInput
    ? predictions.exp().sub(counts.mul(predictions))
    : predictions.sub(counts.mul(predictions.add(epsilon).log()));
  return reduced(op, full ? losses.add(logFactorial(counts)) : losses, options);
}

/** Stirling: t log t − t + ½ log 2πt, and 0 up to 1. */
function logFactorial(counts: Tensor): Tensor {
  const safe = counts.maximum(1);
  const stirling = safe
    .mul(safe.log())
    .sub(safe)
    .add(
      safe
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return stirling.maskedFill(counts.lessEqual(1), 0);
}
