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

/** The first step: each component's share of each sample [count, n]. */
export function expectation(
  { logWeights, means, factors }: Components,
  samples: Tensor,
): Expectation {
  const size = samples.shape[1]!;
  const [distances, logScales] =
    factors.ndim === 3
      ? fullDistances(means, factors, samples)
      : axisDistances(means, factors, samples);
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
  const centres = matmul(inverses, means.unsqueeze(-1)); // [k, n, 1]
  const standard = matmul(inverses, matrixTranspose(samples)).sub(centres); // [k, n, count]
  return [standard.square().sum(1), factors.diagonal().log().sum(-1)];
}

function axisDistances(
  means: Tensor,
  deviations: Tensor,
  samples: Tensor,
): readonly [Tensor, Tensor] {
  const standard = samples.sub(means.unsqueeze(1)).div(deviations.unsqueeze(1)); // [k, count, n]
  return [standard.square().sum(-1), deviations.log().sum(-1)];
}

/** What the second step must know besides. */
export interface Maximization {
  readonly kind: CovarianceKind;
  /** Added to every variance. */
  readonly ridge: number;
}

/**
 * The second step: weights, means and covariances of the samples in these shares.
 *
 * A component with less than one sample in all starts anew: at one of the least likely samples, with the variance 1
 * that the samples have as a whole. Without densities, at the start, none does.
 */
export function maximization(
  samples: Tensor,
  responsibilities: Tensor,
  logDensities: Tensor | undefined,
  { kind, ridge }: Maximization,
): Components {
  const size = samples.shape[1]!;
  const k = responsibilities.shape[0]!;
  const masses = responsibilities.sum(1, { keepDims: true }); // [k, 1]
  const isEmpty = masses.less(1);
  const safe = masses.maximum(1e-12);
  const ownMeans = matmul(responsibilities, samples).div(safe);
  const means =
    logDensities === undefined
      ? ownMeans
      : where(isEmpty, samples.indexSelect(0, leastLikely(logDensities, k)), ownMeans);
  const weights = where(isEmpty, 1, masses).squeeze([-1]);
  const logWeights = weights.div(weights.sum()).log();
  const centred = samples.sub(ownMeans.unsqueeze(1)); // [k, count, n]
  if (kind === "full") {
    const shares = responsibilities.div(safe).unsqueeze(-1);
    const scatter = matmul(matrixTranspose(centred), centred.mul(shares));
    const { dtype, backend } = samples;
    const unit = eye(size, undefined, { dtype, backend });
    const covariances = where(isEmpty.unsqueeze(-1), unit, scatter).add(unit.mul(ridge));
    return { logWeights, means, factors: cholesky(covariances) };
  }
  const spread = centred.square().mul(responsibilities.unsqueeze(-1)).sum(1).div(safe); // [k, n]
  const own = kind === "diagonal" ? spread : spread.mean(-1, { keepDims: true }).expand([k, size]);
  return { logWeights, means, factors: where(isEmpty, 1, own).add(ridge).sqrt() };
}

/** Positions of so many samples. */
const leastLikely = (logDensities: Tensor, count: number): Tensor =>
  topk(logDensities, count, 0, { largest: false }).indices;
