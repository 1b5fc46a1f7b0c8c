import { ArgumentError, describeValue, ShapeError, type RowMoments } from "@dl/backend";
import { hostRowMoments, rowMoments, Tensor } from "@dl/tensor";
import {
  checkSampleCount,
  featuresFrom,
  matrixSize,
  type Features,
  type FeatureSource,
} from "./features.ts";

/** Mean and covariance of features, and of how many samples; Infinity where they are known exactly. */
export interface FeatureMoments {
  /** [width]. */
  readonly mean: ArrayLike<number>;
  /** [width * width], row by row; divided by count - 1. */
  readonly covariance: ArrayLike<number>;
  readonly count: number;
}

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
  return momentsOf("featureMoments", "the features", source);
}

/** Moments of features, or moments as they are, once their sizes are checked. */
export async function momentsFrom(
  op: string,
  name: string,
  source: FeatureSource | FeatureMoments,
): Promise<FeatureMoments> {
  if (source instanceof Tensor || !isMoments(source)) return momentsOf(op, name, source);
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

async function momentsOf(op: string, name: string, source: FeatureSource): Promise<FeatureMoments> {
  const { mean, scatter, count } =
    (await momentsOnDevice(op, name, source)) ??
    momentsOnHost(op, name, await featuresFrom(op, name, source));
  for (let i = 0; i < scatter.length; i++) scatter[i]! /= count - 1;
  return { mean, covariance: scatter, count };
}

type Sums = RowMoments & { readonly count: number };

function momentsOnHost(op: string, name: string, { data, shape }: Features): Sums {
  const [count, width] = shape;
  checkSampleCount(op, name, count, 2);
  return { ...hostRowMoments(data, count, width), count };
}

/** Where they lie; undefined for what was read before, and for what is to be refused with its place. */
async function momentsOnDevice(
  op: string,
  name: string,
  source: FeatureSource,
): Promise<Sums | undefined> {
  if (!(source instanceof Tensor) || !source.dtype.startsWith("float")) return undefined;
  const [count] = matrixSize(op, name, source.shape);
  const sums = await rowMoments(source);
  // A feature that is not finite makes its mean so; a mean of finite float32 never overflows a double.
  if (!sums.mean.every(Number.isFinite)) return undefined;
  checkSampleCount(op, name, count, 2);
  return { ...sums, count };
}

export function meanOf({ data, shape: [count, width] }: Features): Float64Array {
  const mean = new Float64Array(width);
  for (let start = 0; start < data.length; start += width)
    for (let k = 0; k < width; k++) mean[k]! += data[start + k]!;
  return mean.map((sum) => sum / count);
}
