import { checkOptions, formatShape, logarithm, ShapeError, type Shape } from "@dl/backend";
import { Independent, Normal } from "@dl/distributions";
import { Parameter } from "@dl/nn";
import { creationKinds, full, type CreationOptions, type Tensor } from "@dl/tensor";
import {
  boundedLogVariance,
  boundKinds,
  checkBounds,
  type LogVarianceBounds,
} from "./bounded-log-variance.ts";
import { checkOutputs, checkPositive, Head, outputParts } from "./head.ts";

/** A normal for each number of an event, independent of each other. */
export type DiagonalNormal = Independent;

/**
 * Independent normals, whose means and log-variances the network gives: first all the means, then all
 * the log-variances.
 *
 * scale = exp(½ logVariance), the log-variance held between bounds that it bends towards.
 *
 * Shape: outputs [batch, 2 size, ...] → an event [size, ...].
 * Source: Kingma & Welling 2014, arXiv:1312.6114, appendix C.2.
 * @throws {ArgumentError} unless the bounds are at least 2 apart.
 * @example
 * const normal = new DiagonalNormalHead().forward(zeros([8, 4]));
 * [normal.batchShape, normal.eventShape]; // => [[8], [2]]
 */
export class DiagonalNormalHead extends Head<DiagonalNormal> {
  readonly bounds: LogVarianceBounds;

  constructor(options: LogVarianceBounds = {}) {
    super();
    this.bounds = checkOptions("diagonalNormalHead", options, boundKinds);
    checkBounds("diagonalNormalHead", options);
  }

  outputsFor(size: number): number {
    return 2 * size;
  }

  forward(outputs: Tensor): DiagonalNormal {
    const [mean, raw] = outputParts("diagonalNormalHead", outputs, 2);
    return normalAround(mean!, boundedLogVariance("diagonalNormalHead", raw!, this.bounds));
  }
}

/**
 * Normals with one variance for the whole event: the covariance is a multiple of the identity, which
 * the network gives as one more number, the last.
 *
 * Shape: outputs [batch, size + 1] → an event [size].
 * @throws {ArgumentError} unless the bounds are at least 2 apart.
 * @example
 * new ScalarNormalHead().forward(zeros([8, 3])).eventShape; // => [2]
 */
export class ScalarNormalHead extends Head<DiagonalNormal> {
  readonly bounds: LogVarianceBounds;

  constructor(options: LogVarianceBounds = {}) {
    super();
    this.bounds = checkOptions("scalarNormalHead", options, boundKinds);
    checkBounds("scalarNormalHead", options);
  }

  outputsFor(size: number): number {
    return size + 1;
  }

  forward(outputs: Tensor): DiagonalNormal {
    checkOutputs("scalarNormalHead", outputs, 2);
    const size = outputs.shape[1]! - 1;
    if (size < 1)
      throw new ShapeError(
        "scalarNormalHead",
        `needs at least one mean and the log-variance: received ${formatShape(outputs.shape)}. End the network with outputsFor(size) outputs.`,
        { received: outputs.shape },
      );
    const raw = outputs.narrow(1, size, 1); // [batch, 1]
    return normalAround(
      outputs.narrow(1, 0, size),
      boundedLogVariance("scalarNormalHead", raw, this.bounds),
    );
  }
}

/**
 * Normals of a fixed deviation around what the network gives: squared error, weighed once and for all.
 *
 * Shape: outputs [batch, size, ...] → an event [size, ...].
 * @throws {ArgumentError} unless sigma is above 0.
 * @example
 * new FixedNormalHead(0.1).forward(zeros([8, 1, 28, 28])).eventShape; // => [1, 28, 28]
 */
export class FixedNormalHead extends Head<DiagonalNormal> {
  readonly sigma: number;

  constructor(sigma = 1) {
    super();
    checkPositive("fixedNormalHead", "sigma", sigma);
    this.sigma = sigma;
  }

  outputsFor(size: number): number {
    return size;
  }

  forward(outputs: Tensor): DiagonalNormal {
    checkOutputs("fixedNormalHead", outputs);
    return new Independent(new Normal(outputs, this.sigma), outputs.ndim - 1);
  }
}

/** What a {@link LearntNormalHead} begins with, and how far it may go. */
export interface LearntNormalOptions extends LogVarianceBounds, CreationOptions {
  /** The deviation at the start. Default 1. */
  readonly sigma?: number;
  /** Sizes of the log-variances, which must broadcast to the event; one for all of it unless said. */
  readonly shape?: Shape;
}

/**
 * Normals around what the network gives, whose deviation is learnt but does not depend on the input:
 * one for the whole event, or one for each place of it.
 *
 * Shape: outputs [batch, size, ...] → an event [size, ...]; logVariance as given.
 * Source: Rybkin et al. 2021, arXiv:2006.13202, section 3.1.
 * @throws {ArgumentError} unless sigma is above 0 and the bounds are at least 2 apart.
 * @example
 * [...new LearntNormalHead().namedParameters().keys()]; // => ["logVariance"]
 */
export class LearntNormalHead extends Head<DiagonalNormal> {
  readonly logVariance: Parameter;
  readonly bounds: LogVarianceBounds;

  constructor(options: LearntNormalOptions = {}) {
    super();
    const {
      sigma = 1,
      shape = [],
      leastLogVariance = -20,
      mostLogVariance = 20,
      ...creation
    } = checkOptions("learntNormalHead", options, {
      ...boundKinds,
      ...creationKinds,
      sigma: "number",
      shape: "list",
    });
    checkPositive("learntNormalHead", "sigma", sigma);
    this.bounds = { leastLogVariance, mostLogVariance };
    checkBounds("learntNormalHead", this.bounds);
    this.logVariance = new Parameter(full(shape, 2 * logarithm(sigma), creation));
  }

  outputsFor(size: number): number {
    return size;
  }

  forward(outputs: Tensor): DiagonalNormal {
    checkOutputs("learntNormalHead", outputs);
    return normalAround(
      outputs,
      boundedLogVariance("learntNormalHead", this.logVariance, this.bounds),
    );
  }
}

/** Independent normals of a log-variance that broadcasts to the means. */
export function normalAround(mean: Tensor, logVariance: Tensor): DiagonalNormal {
  return new Independent(new Normal(mean, logVariance.mul(0.5).exp()), mean.ndim - 1);
}
