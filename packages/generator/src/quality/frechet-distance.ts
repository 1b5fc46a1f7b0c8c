import { symmetricEigenvalues } from "@dl/tensor";
import { checkWidths, type FeatureSource } from "./features.ts";
import { momentsFrom, type FeatureMoments } from "./moments.ts";
import { traceOfProductRoot } from "./semidefinite.ts";

/** How far two sets of features are apart as Gaussians. */
export interface FrechetDistance {
  /** Squared distance: the sum of the two parts. */
  readonly distance: number;
  /** What the means add. */
  readonly ofMeans: number;
  /** What the covariances add. */
  readonly ofCovariances: number;
  /**
   * What so many samples of one and the same Gaussian would show on average; the distance is too large
   * by about as much.
   */
  readonly bias: number;
}

/**
 * Fréchet distance between the Gaussians fitted to two sets of features.
 *
 * ‖m₁ - m₂‖² + tr(C₁ + C₂ - 2 (C₁ C₂)^½), in float64 on every backend.
 *
 * Few samples make it too large. The bias is that of Gaussian features to the first order in 1/n, from
 * the eigenvalues λ of the pooled covariance:
 * (1/n₁ + 1/n₂) (³⁄₂ Σ λᵢ + Σ_{i<j} λᵢ λⱼ / (λᵢ + λⱼ)). It is within some 5 % with 5 times as many samples
 * as features, and a third too small with half as many; heavier tails make the true one larger. Distances
 * compare only at equal n.
 *
 * The figure belongs to the network whose features are given: no two networks' distances compare.
 *
 * Shape: samples [n₁, width], reference [n₂, width], or their moments.
 * Source: Dowson & Landau 1982; Heusel et al. 2017, arXiv:1706.08500. The bias: second derivative of the
 * distance (Malagò et al. 2018, arXiv:1801.09269) times the variance of a sample covariance.
 *
 * @throws {ShapeError} if the numbers of features differ.
 * @throws {ArgumentError} for fewer than 2 samples, or numbers that are not finite.
 * @example
 * const moments = (mean) => ({ mean: [mean], covariance: [1], count: Infinity });
 * (await frechetDistance(moments(0), moments(3))).distance; // => 9
 */
export async function frechetDistance(
  samples: FeatureSource | FeatureMoments,
  reference: FeatureSource | FeatureMoments,
): Promise<FrechetDistance> {
  const one = await momentsFrom("frechetDistance", "the samples", samples);
  const other = await momentsFrom("frechetDistance", "the reference", reference);
  const width = one.mean.length;
  checkWidths("frechetDistance", width, other.mean.length);
  let ofMeans = 0;
  let trace = 0;
  for (let i = 0; i < width; i++) {
    ofMeans += (one.mean[i]! - other.mean[i]!) ** 2;
    trace += one.covariance[i * (width + 1)]! + other.covariance[i * (width + 1)]!;
  }
  const root = traceOfProductRoot(one.covariance, other.covariance, width);
  // Of equal covariances rounding may leave a little less than nothing.
  const ofCovariances = Math.max(0, trace - 2 * root);
  const distance = ofMeans + ofCovariances;
  const bias = biasOf(pooledEigenvalues(one, other), 1 / one.count + 1 / other.count);
  return { distance, ofMeans, ofCovariances, bias };
}

/** Smallest first. */
function pooledEigenvalues(one: FeatureMoments, other: FeatureMoments): Float64Array {
  // Weights n₁ / (n₁ + n₂) and n₂ / (n₁ + n₂), also where one is infinite, or both.
  const perSample = 1 / one.count + 1 / other.count;
  const weight = perSample === 0 ? 0.5 : 1 / other.count / perSample;
  const width = one.mean.length;
  const pooled = new Float64Array(width * width);
  for (let i = 0; i < pooled.length; i++)
    pooled[i] = weight * one.covariance[i]! + (1 - weight) * other.covariance[i]!;
  return symmetricEigenvalues(pooled, width).map((value) => Math.max(0, value));
}

function biasOf(values: Float64Array, perSample: number): number {
  let sum = 0;
  for (let j = 0; j < values.length; j++) {
    sum += 1.5 * values[j]!;
    for (let i = 0; i < j; i++)
      if (values[i]! > 0) sum += (values[i]! * values[j]!) / (values[i]! + values[j]!);
  }
  return perSample * sum;
}
