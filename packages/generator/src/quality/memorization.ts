import { featuresFrom, checkWidths, type Features, type FeatureSource } from "./features.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

/** How near samples come to the training data, beside held-out data of the same kind. */
export interface Memorization {
  /** Median distance of a sample to its nearest training sample, over that of held-out data: 1 is right, 0 a copy; not a number where held-out data are copies themselves. */
  readonly ratio: number;
  /** Chance that a sample lies nearer to the training data than one held out: 0.5 is right, 1 a copy. */
  readonly nearer: number;
  /** Median distance of the samples to the nearest training sample. */
  readonly ofSamples: number;
  /** The same of the held-out data. */
  readonly ofHeldOut: number;
}

/**
 * Whether samples are copies of training data: the distance of each to its nearest training sample,
 * held against the same distance of data that was held out.
 *
 * `nearer` is the Mann-Whitney statistic of the two sets of distances, ties counted by half. Samples far
 * from all data have a large ratio, and are no better for it: look at precision as well.
 *
 * Shape: samples [n, width], training [m, width], heldOut [k, width]; features, or pixels.
 * Source: Meehan et al. 2020, arXiv:2004.05675, section 3.
 *
 * @throws {ShapeError} if the numbers of features differ.
 * @throws {ArgumentError} if a number is not finite.
 * @example
 * const training = tensor([[0], [10]]);
 * const { ratio, nearer } = await memorization(tensor([[1], [9]]), training, tensor([[2], [8]]));
 * [ratio, nearer]; // => [0.5, 1]
 */
export async function memorization(
  samples: FeatureSource,
  training: FeatureSource,
  heldOut: FeatureSource,
): Promise<Memorization> {
  const op = "memorization";
  const known = await featuresFrom(op, "the training data", training);
  const distances = [];
  for (const [name, source] of [
    ["the samples", samples],
    ["the held-out data", heldOut],
  ] as const) {
    const features = await featuresFrom(op, name, source);
    checkWidths(op, features.shape[1], known.shape[1]);
    distances.push(nearestDistances(features, known));
  }
  const [ofSamples, ofHeldOut] = distances.map(median);
  return {
    ratio: ofSamples! / ofHeldOut!,
    nearer: chanceBelow(distances[0]!, distances[1]!),
    ofSamples: ofSamples!,
    ofHeldOut: ofHeldOut!,
  };
}

/** Sorted. */
function nearestDistances(from: Features, to: Features): Float64Array {
  const nearest = new Float64Array(from.shape[0]);
  visitSquaredDistances(from, to, (i, distances) => {
    let least = Infinity;
    for (let j = 0; j < distances.length; j++) if (distances[j]! < least) least = distances[j]!;
    nearest[i] = Math.sqrt(least);
  });
  return nearest.toSorted();
}

/** Of sorted numbers. */
function median(sorted: Float64Array): number {
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** Share of pairs in which the first is less, of two sorted lists. */
function chanceBelow(these: Float64Array, those: Float64Array): number {
  let [less, notMore, sum] = [0, 0, 0];
  for (const x of those) {
    while (less < these.length && these[less]! < x) less++;
    while (notMore < these.length && these[notMore]! <= x) notMore++;
    sum += (less + notMore) / 2;
  }
  return sum / (these.length * those.length);
}
