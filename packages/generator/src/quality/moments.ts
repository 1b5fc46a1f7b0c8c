import { ArgumentError, describeValue, ShapeError } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { checkSampleCount, featuresFrom, type Features, type FeatureSource } from "./features.ts";

/** Mean and covariance of features, and of how many samples; Infinity where they are known exactly. */
export interface FeatureMoments {
  /** [width]. */
  readonly mean: ArrayLike<number>;
  /** [width * width], row by row; divided by count - 1. */
  readonly covariance: ArrayLike<number>;
  readonly count: number;
}

/** Rows that are gone through together: they fit into a cache of the first or second level. */
const rowBlock = 128;

/**
 * Mean and covariance of features, in float64, to be kept in the place of a data set.
 *
 * covariance = Σ (x - mean)(x - mean)ᵀ / (count - 1).
 *
 * Shape: [count, width] → mean [width], covariance [width * width].
 * @throws {ShapeError} unless there are two axes.
 * @throws {ArgumentError} for fewer than 2 samples, or a feature that is not finite.
 * @example
 * (await featureMoments(tensor([[1, 0], [3, 4]]))).covariance; // => [2, 4, 4, 8]
 */
export async function featureMoments(source: FeatureSource): Promise<FeatureMoments> {
  return momentsOf(
    "featureMoments",
    "the features",
    await featuresFrom("featureMoments", "the features", source),
  );
}

/** Moments of features, or moments as they are, once their sizes are checked. */
export async function momentsFrom(
  op: string,
  name: string,
  source: FeatureSource | FeatureMoments,
): Promise<FeatureMoments> {
  if (source instanceof Tensor || !isMoments(source))
    return momentsOf(op, name, await featuresFrom(op, name, source));
  const { mean, covariance, count } = source;
  if (mean.length < 1 || covariance.length !== mean.length ** 2)
    throw new ShapeError(
      op,
      `${name} must have a covariance of ${mean.length} x ${mean.length} numbers: received ${covariance.length}.`,
      { expected: mean.length ** 2, received: covariance.length },
    );
  if (!(count >= 2))
    throw new ArgumentError(
      op,
      `${name} must come from at least 2 samples: received ${describeValue(count)}. Say Infinity for moments known exactly.`,
      { received: count },
    );
  const numbers = Float64Array.from([...Array.from(mean), ...Array.from(covariance)]);
  const wrong = numbers.find((x) => !Number.isFinite(x));
  if (wrong !== undefined)
    throw new ArgumentError(op, `${name} must have finite moments: received ${wrong}.`, {
      received: wrong,
    });
  return source;
}

function isMoments(source: unknown): source is FeatureMoments {
  return typeof source === "object" && source !== null && "covariance" in source;
}

function momentsOf(op: string, name: string, features: Features): FeatureMoments {
  const [count] = features.shape;
  checkSampleCount(op, name, count, 2);
  const mean = meanOf(features);
  const covariance = scatterOf(features, mean).map((sum) => sum / (count - 1));
  return { mean, covariance, count };
}

export function meanOf({ data, shape: [count, width] }: Features): Float64Array {
  const mean = new Float64Array(width);
  for (let start = 0; start < data.length; start += width)
    for (let k = 0; k < width; k++) mean[k]! += data[start + k]!;
  return mean.map((sum) => sum / count);
}

/** Σ (x - mean)(x - mean)ᵀ: blocks of rows stay in the cache, while tiles of 2 x 4 sums stay in registers. */
function scatterOf({ data, shape: [count, width] }: Features, mean: Float64Array): Float64Array {
  const padded = Math.ceil(width / 4) * 4;
  const sums = new Float64Array(padded * padded);
  const block = new Float64Array(rowBlock * padded);
  for (let first = 0; first < count; first += rowBlock) {
    const rows = Math.min(rowBlock, count - first);
    for (let r = 0, from = first * width, to = 0; r < rows; r++, from += width, to += padded)
      for (let k = 0; k < width; k++) block[to + k] = data[from + k]! - mean[k]!;
    for (let i = 0; i < padded; i += 2)
      for (let j = i & ~3; j < padded; j += 4) addTile(block, rows * padded, padded, i, j, sums);
  }
  const scatter = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++)
      scatter[i * width + j] = scatter[j * width + i] = sums[i * padded + j]!;
  return scatter;
}

/** Adds Σ over rows of x[i..i+1] x[j..j+3]ᵀ to the sums. */
function addTile(
  x: Float64Array,
  end: number,
  width: number,
  i: number,
  j: number,
  sums: Float64Array,
): void {
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  for (let p = i, q = j; p < end; p += width, q += width) {
    const a0 = x[p]!;
    const a1 = x[p + 1]!;
    const b0 = x[q]!;
    const b1 = x[q + 1]!;
    const b2 = x[q + 2]!;
    const b3 = x[q + 3]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
  }
  const upper = i * width + j;
  sums[upper]! += s00;
  sums[upper + 1]! += s01;
  sums[upper + 2]! += s02;
  sums[upper + 3]! += s03;
  const lower = upper + width;
  sums[lower]! += s10;
  sums[lower + 1]! += s11;
  sums[lower + 2]! += s12;
  sums[lower + 3]! += s13;
}
