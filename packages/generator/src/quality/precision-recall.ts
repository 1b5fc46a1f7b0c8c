import { checkOptions } from "@dl/backend";
import { featurePair, type FeatureSource, type Features } from "./features.ts";
import { checkNeighbors, squaredRadii, type NeighborOptions } from "./neighbor-radii.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

/** How samples and reference lie in each other's regions, each share from 0 to 1. */
export interface PrecisionRecall {
  /** Of the samples, those that lie where the reference does: fidelity. */
  readonly precision: number;
  /** Of the reference, those that lie where the samples do: variety. */
  readonly recall: number;
}

/**
 * Precision and recall of samples: regions are unions of balls, each around a point and as large as the
 * distance to its third nearest neighbour (or the one that `neighbors` says).
 *
 * A single outlier has a large ball: `densityCoverage` suffers less. Both rise with the number of points,
 * so compare at equal numbers. In float64 on the host, exact.
 *
 * Shape: samples [n, width], reference [m, width].
 * Source: Kynkäänniemi et al. 2019, arXiv:1904.06991, equation 2.
 *
 * @throws {ShapeError} if the numbers of features differ.
 * @throws {ArgumentError} unless both have more samples than `neighbors`, and all numbers are finite.
 * @example
 * const line = tensor([[0], [1], [2], [3]]);
 * const { precision, recall } = await precisionRecall(tensor([[0], [1], [2], [30]]), line);
 * [precision, recall]; // => [0.75, 1]
 */
export async function precisionRecall(
  samples: FeatureSource,
  reference: FeatureSource,
  options: NeighborOptions = {},
): Promise<PrecisionRecall> {
  const op = "precisionRecall";
  const { neighbors = 3 } = checkOptions(op, options, { neighbors: "number" });
  const [made, real] = await featurePair(op, samples, reference);
  checkNeighbors(op, neighbors, ["the samples", made.shape[0]], ["the reference", real.shape[0]]);
  return insideShares(made, real, squaredRadii(made, neighbors), squaredRadii(real, neighbors));
}

function insideShares(
  made: Features,
  real: Features,
  radiiOfMade: Float64Array,
  radiiOfReal: Float64Array,
): PrecisionRecall {
  const isFound = new Uint8Array(real.shape[0]);
  let precise = 0;
  visitSquaredDistances(made, real, (i, distances) => {
    const radius = radiiOfMade[i]!;
    let isInside = false;
    for (let j = 0; j < distances.length; j++) {
      const distance = distances[j]!;
      if (distance <= radiiOfReal[j]!) isInside = true;
      if (distance <= radius) isFound[j] = 1;
    }
    if (isInside) precise++;
  });
  const found = isFound.reduce((sum, one) => sum + one, 0);
  return { precision: precise / made.shape[0], recall: found / real.shape[0] };
}
