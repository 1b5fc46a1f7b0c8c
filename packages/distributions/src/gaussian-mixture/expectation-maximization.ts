import {
  cholesky,
  eye,
  matmul,
  matrixTranspose,
  topk,
  triangularSolve,
  where,
  type Tensor,
} from "@dl/tensor";
import { halfLogTwoPi } from "../special/log-gamma.ts";

/** Which covariances the components of a mixture have: any, one number per axis, or one number. */
export type CovarianceKind = "full" | "diagonal" | "spherical";

/** Samples as rows [count, n] and as columns [n, count]: products and differences read both in their order. */
export interface SampleMatrix {
  readonly rows: Tensor;
  readonly columns: Tensor;
}

/** k components of n numbers. */
export interface Components {
  /** Logarithms. Shape: [k]. */
  readonly logWeights: Tensor;
  /** Shape: [k, n]. */
  readonly means: Tensor;
  /** Lower factors [k, n, n] of full covariances, else standard deviations [k, n]. */
  readonly factors: Tensor;
}

/** How likely samples are under components, and whose they probably are. */
export interface Expectation {
  /** Mean over the samples, in nats. Shape: []. */
  readonly logLikelihood: Tensor;
  /** Of each sample. Shape: [count]. */
  readonly logDensities: Tensor;
  /** Shape: [k, count]. */
  readonly responsibilities: Tensor;
}

/** The first step: each component's share of each sample. */
export function expectation(
  { logWeights, means, factors }: Components,
  { rows }: SampleMatrix,
): Expectation {
  const size = rows.shape[1]!;
  const [distances, logScales] =
    factors.ndim === 3 ? fullDistances(means, factors, rows) : axisDistances(means, factors, rows);
  const logs = distances.mul(-0.5).add(
    logWeights
      .sub(logScales)
      .sub(halfLogTwoPi * size)
      .unsqueeze(-1),
  ); // [k, count]
  const logDensities = logs.logsumexp(0);
  return {
    logDensities,
    logLikelihood: logDensities.mean(),
    responsibilities: logs.sub(logDensities).exp(),
  };
}

/** Squared distances in standard deviations [k, count], and ln det of the factors [k]. */
function fullDistances(means: Tensor, factors: Tensor, samples: Tensor): readonly [Tensor, Tensor] {
  const { dtype, backend } = samples;
  // Small inverses once, so that all samples take one product.
  const inverses = triangularSolve(factors, eye(samples.shape[1]!, undefined, { dtype, backend }));
  const turned = matrixTranspose(inverses);
  const centres = matmul(means.unsqueeze(1), turned); // [k, 1, n]
  const standard = matmul(samples, turned).sub(centres); // [k, count, n]
  return [standard.square().sum(-1), factors.diagonal().log().sum(-1)];
}

function axisDistances(
  means: Tensor,
  deviations: Tensor,
  samples: Tensor,
): readonly [Tensor, Tensor] {
  const standard = samples.sub(means.unsqueeze(1)).div(deviations.unsqueeze(1)); // [k, count, n]
  return [standard.square().sum(-1), deviations.log().sum(-1)];
}

/** A component of fewer samples in all is empty; one that holds a single sample has a little less than 1. */
export const leastMass = 0.5;

/** What the second step must know besides. */
export interface Maximization {
  readonly kind: CovarianceKind;
  /** Added to every variance. */
  readonly ridge: number;
}

/**
 * The second step: weights, means and covariances of the samples in these shares.
 *
 * A component with less than half a sample in all gets the variance 1 that the samples have as a whole, and starts
 * anew where `seeds` [k, n] say.
 */
export function maximization(
  { rows, columns }: SampleMatrix,
  responsibilities: Tensor,
  { kind, ridge }: Maximization,
  seeds?: Tensor,
): Components {
  const size = rows.shape[1]!;
  const masses = responsibilities.sum(1, { keepDims: true }); // [k, 1]
  const isEmpty = masses.less(leastMass);
  const safe = masses.maximum(1e-12);
  const own = matmul(responsibilities, rows).div(safe);
  const means = seeds === undefined ? own : where(isEmpty, seeds, own);
  const weights = where(isEmpty, 1, masses).squeeze([-1]);
  const logWeights = weights.div(weights.sum()).log();
  const shares = responsibilities.div(safe); // [k, count]
  if (kind === "full") {
    // Around the means, whose squares would hide a small spread.
    const left = columns.sub(own.unsqueeze(-1)); // [k, n, count]
    const right = rows.sub(own.unsqueeze(1)).mul(shares.unsqueeze(-1)); // [k, count, n]
    const { dtype, backend } = rows;
    const unit = eye(size, undefined, { dtype, backend });
    const scatter = where(isEmpty.unsqueeze(-1), unit, matmul(left, right));
    return { logWeights, means, factors: cholesky(scatter.add(unit.mul(ridge))) };
  }
  const left = columns.sub(own.unsqueeze(-1)).square().mul(shares.unsqueeze(1));
  const spread = left.sum(-1); // [k, n]
  const variances = kind === "diagonal" ? spread : spread.mean(-1, { keepDims: true });
  const factors = where(isEmpty, 1, variances).add(ridge).sqrt();
  return { logWeights, means, factors: factors.expand(own.shape) };
}

/** The least likely samples, one for each component that might need one. Shape: [k, n]. */
export function leastLikely(
  { rows }: SampleMatrix,
  { logDensities, responsibilities }: Expectation,
): Tensor {
  const { indices } = topk(logDensities, responsibilities.shape[0]!, 0, { largest: false });
  return rows.indexSelect(0, indices);
}
