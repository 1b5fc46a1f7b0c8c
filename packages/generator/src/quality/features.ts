import { ArgumentError, describeValue, formatShape, refuseOptions, ShapeError } from "@dl/backend";
import { Tensor } from "@dl/tensor";

/** Features of samples on the host, in float64, row by row: what a network says of each of them. */
export interface Features {
  readonly data: Float64Array;
  readonly shape: readonly [count: number, width: number];
}

/** Where features come from: a tensor [count, width], or what was read from one before. */
export type FeatureSource = Tensor | Features;

/**
 * Reads features to the host, so that several measures can use them without reading them again.
 *
 * Shape: [count, width].
 * @throws {ShapeError} unless there are two axes, at least one sample and one feature.
 * @throws {ArgumentError} if a feature is NaN or infinite.
 * @example
 * (await readFeatures(tensor([[1, 2], [3, 4]]))).data; // => [1, 2, 3, 4]
 */
export function readFeatures(source: FeatureSource): Promise<Features> {
  return featuresFrom("readFeatures", "the features", source);
}

/** As {@link readFeatures}, for the function `op`, of an argument that errors call `name`. */
export async function featuresFrom(
  op: string,
  name: string,
  source: FeatureSource,
): Promise<Features> {
  checkFeatureSource(op, name, source);
  const shape: readonly number[] = source.shape;
  const [count = 0, width = 0] = shape;
  if (shape.length !== 2 || count < 1 || width < 1)
    throw new ShapeError(
      op,
      `${name} must be a matrix with a row for each sample: received ${formatShape(shape)}. Flatten each sample, and give at least one.`,
      { received: shape },
    );
  const data = source instanceof Tensor ? new Float64Array(await source.data()) : source.data;
  if (data.length !== count * width)
    throw new ShapeError(
      op,
      `${name} has ${data.length} numbers, its shape ${formatShape(shape)} says ${count * width}.`,
      { expected: count * width, received: data.length },
    );
  checkFinite(op, name, data, width);
  return { data, shape: [count, width] };
}

/** @throws {ArgumentError} if it is neither a tensor nor features that were read. */
export function checkFeatureSource(op: string, name: string, source: FeatureSource): void {
  if (source instanceof Tensor) return;
  if (source?.data instanceof Float64Array && Array.isArray(source.shape)) return;
  if (source?.data === undefined) refuseOptions(op, source, name);
  throw new ArgumentError(
    op,
    `${name} must be a tensor, or features that were read: received ${describeValue(source)}. Give a tensor [count, width].`,
    { received: source },
  );
}

/** @throws {ShapeError} unless there are two axes, at least one sample and one feature. */
export function matrixSize(
  op: string,
  name: string,
  shape: readonly number[],
): readonly [count: number, width: number] {
  const [count, width] = shape as [number, number];
  if (shape.length !== 2 || count < 1 || width < 1)
    throw new ShapeError(
      op,
      `${name} must be a matrix with a row for each sample: received ${formatShape(shape)}. Flatten each sample, and give at least one.`,
      { received: shape },
    );
  return [count, width];
}

function checkFinite(op: string, name: string, data: Float64Array, width: number): void {
  // x - x is 0 of what is finite, and NaN of what is not.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  if (sum === 0) return;
  const at = data.findIndex((x) => !Number.isFinite(x));
  throw new ArgumentError(
    op,
    `${name} has a number that is not finite: feature ${at % width} of sample ${Math.floor(at / width)} is ${data[at]}. Find out where it comes from; no measure can be taken of it.`,
    { received: data[at] },
  );
}

/** Two sets of features of the same network. @throws {ShapeError} if their widths differ. */
export async function featurePair(
  op: string,
  samples: FeatureSource,
  reference: FeatureSource,
  names: readonly [string, string] = ["the samples", "the reference"],
): Promise<readonly [Features, Features]> {
  const pair = [
    await featuresFrom(op, names[0], samples),
    await featuresFrom(op, names[1], reference),
  ] as const;
  checkWidths(op, pair[0].shape[1], pair[1].shape[1]);
  return pair;
}

/** @throws {ShapeError} if the widths differ. */
export function checkWidths(op: string, left: number, right: number): void {
  if (left !== right)
    throw new ShapeError(
      op,
      `both must have the same number of features: received ${left} and ${right}. Use one network for both.`,
      { expected: left, received: right },
    );
}

/** @throws {ArgumentError} if there are fewer samples than that. */
export function checkSampleCount(op: string, name: string, count: number, least: number): void {
  if (count < least)
    throw new ArgumentError(
      op,
      `${name} must have at least ${least} samples: received ${count}. Give more.`,
      { expected: least, received: count },
    );
}

/** The rows with these numbers. */
export function rowsOf({ data, shape: [, width] }: Features, rows: ArrayLike<number>): Features {
  const picked = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++)
    picked.set(data.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  return { data: picked, shape: [rows.length, width] };
}
