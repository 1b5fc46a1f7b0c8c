import { checkOptions } from "@dl/backend";
import { featurePair, type FeatureSource } from "./features.ts";
import { checkNeighbors, squaredRadii, type NeighborOptions } from "./neighbor-radii.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

/** How densely samples lie around the reference, and how much of it they reach. */
export interface DensityCoverage {
  /** In how many balls of the reference a sample lies, beside the number expected: about 1, not at most 1. */
  readonly density: number;
  /** Share of the balls of the reference that have a sample in them, from 0 to 1. */
  readonly coverage: number;
}

/**
 * Density and coverage of samples: balls stand around points of the reference alone, each as large as
 * the distance to its fifth nearest neighbour (or the one that `neighbors` says).
 *
 * Where samples and reference come from one distribution the density is 1, and the coverage
 * 1 - (n - 1) ... (n - k) / ((2n - 1) ... (2n - k)) for n of each and k neighbours: 0.97 for 5.
 * In float64 on the host, exact.
 *
 * Shape: samples [n, width], reference [m, width].
 * Source: Naeem et al. 2020, arXiv:2002.09797, equations 5 to 9.
 *
 * @throws {ShapeError} if the numbers of features differ.
 * @throws {ArgumentError} unless the reference has more samples than `neighbors`, and all numbers are finite.
 * @example
 * const line = tensor([[0], [1], [2], [9]]);
 * const samples = tensor([[0.5], [1.5]]);
 * const { density, coverage } = await densityCoverage(samples, line, { neighbors: 1 });
 * [density, coverage]; // => [2, 0.75]
 */
export async function densityCoverage(
  samples: FeatureSource,
  reference: FeatureSource,
  options: NeighborOptions = {},
): Promise<DensityCoverage> {
  const op = "densityCoverage";
  const { neighbors = 5 } = checkOptions(op, options, { neighbors: "number" });
  const [made, real] = await featurePair(op, samples, reference);
  const [count] = real.shape;
  checkNeighbors(op, neighbors, ["the reference", count]);
  const radii = squaredRadii(real, neighbors);
  const isReached = new Uint8Array(count);
  let inside = 0;
  visitSquaredDistances(made, real, (_, distances) => {
    for (let j = 0; j < count; j++) {
      if (distances[j]! > radii[j]!) continue;
      inside++;
      isReached[j] = 1;
    }
  });
  return {
    density: inside / (neighbors * made.shape[0]),
    coverage: isReached.reduce((sum, one) => sum + one, 0) / count,
  };
}
