import {
  ArgumentError,
  checkOptions,
  extendKinds,
  formatShape,
  internShape,
  normalFromBits,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { defaultGenerator, eye, normal, randomKinds, tensor, uniform } from "@dl/tensor";
import type { Generator, RandomOptions, Tensor } from "@dl/tensor";
import { checkGain, xavierKinds, type XavierOptions } from "./scaled.ts";

/**
 * Orthonormal rows, or columns where there are more rows, times gain: no direction grows or shrinks.
 *
 * Drawn evenly from all such matrices, on the host in float64; takes 2 out · rest · min(out, rest)
 * steps (two seconds for 1024 by 1024).
 *
 * Shape: [out, in, ...kernel], seen as [out, rest].
 * Source: Saxe et al. 2014, arXiv:1312.6120, section 3; Mezzadri 2007, arXiv:math-ph/0609050.
 *
 * @throws {ShapeError} with fewer than 2 axes.
 * @throws {ArgumentError} unless the gain is finite and at least 0.
 * @example
 * new Linear(64, 64, { init: orthogonal });
 */
export function orthogonal(shape: readonly number[], options: XavierOptions = {}): Tensor {
  const {
    gain = 1,
    generator = defaultGenerator(),
    dtype = "float32",
    backend,
  } = checkOptions("orthogonal", options, xavierKinds);
  checkAxes("orthogonal", shape);
  checkGain("orthogonal", gain);
  const out = shape[0]!;
  const rest = shape.slice(1).reduce((product, size) => product * size, 1);
  const [count, length] = out <= rest ? [out, rest] : [rest, out];
  const vectors = orthonormalVectors(count, length, generator);
  const weight = new Float64Array(out * rest);
  for (const [i, vector] of vectors.entries())
    for (let k = 0; k < length; k++)
      weight[out <= rest ? i * rest + k : k * rest + i] = gain * vector[k]!;
  return tensor(weight, { shape, dtype, ...(backend && { backend }) });
}

/**
 * Modified Gram-Schmidt over normal vectors; its R has a positive diagonal, so that all directions are
 * even. One pass: orthogonal to the condition number times 1e-16 (Björck 1967, doi:10.1007/BF01934122),
 * and that of normal vectors is near their count.
 */
function orthonormalVectors(count: number, length: number, generator: Generator): Float64Array[] {
  const bits = generator.words(count * length);
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from(bits.subarray(i * length, (i + 1) * length), normalFromBits);
    for (const other of vectors) addScaled(vector, other, -innerProduct(vector, other));
    const size = Math.sqrt(innerProduct(vector, vector));
    for (let k = 0; k < length; k++) vector[k]! /= size;
    vectors.push(vector);
  }
  return vectors;
}

function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let k = 0; k < target.length; k++) target[k]! += factor * other[k]!;
}

/**
 * Ones on the diagonal: the layer starts by passing its inputs on.
 *
 * Shape: [out, in].
 * @throws {ShapeError} unless there are 2 axes.
 * @example
 * await identityInitializer([2, 2]).toArray(); // => [[1, 0], [0, 1]]
 */
export function identityInitializer(shape: readonly number[], options: RandomOptions = {}): Tensor {
  if (internShape(shape, "identityInitializer").length !== 2)
    throw new ShapeError(
      "identityInitializer",
      `needs a weight of 2 axes, [out, in]: received ${formatShape(shape)}. Use dirac for convolutions.`,
      { received: shape },
    );
  const { generator: _unused, ...creation } = checkOptions(
    "identityInitializer",
    options,
    randomKinds,
  );
  return eye(shape[0]!, shape[1], creation);
}

/**
 * A 1 in the middle of the kernel from each channel to its own: a convolution that starts by passing
 * its inputs on, as far as channels go.
 *
 * Shape: [out, in, ...kernel].
 * @throws {ShapeError} with fewer than 3 axes.
 * @example
 * new Conv2d(16, 16, 3, { padding: 1, init: dirac });
 */
export function dirac(shape: readonly number[], options: RandomOptions = {}): Tensor {
  if (internShape(shape, "dirac").length < 3)
    throw new ShapeError(
      "dirac",
      `needs a weight of at least 3 axes, [out, in, ...kernel]: received ${formatShape(shape)}. Use identityInitializer for matrices.`,
      { received: shape },
    );
  const [out, channels, ...kernel] = shape as [number, number, ...number[]];
  const positions = kernel.reduce((product, size) => product * size, 1);
  const middle = kernel.reduce((position, size) => position * size + Math.floor(size / 2), 0);
  const weight = new Float32Array(out * channels * positions);
  for (let i = 0; i < Math.min(out, channels); i++)
    weight[(i * channels + i) * positions + middle] = 1;
  const { generator: _unused, ...creation } = checkOptions("dirac", options, randomKinds);
  return tensor(weight, { shape, dtype: "float32", ...creation });
}

/** Spread and share of zeros of {@link sparse}. */
export interface SparseOptions extends RandomOptions {
  /** Share of the weights of each input that are 0. Default 0.9. */
  readonly sparsity?: number;
  /** Deviation of the others. Default 0.01. */
  readonly std?: number;
}

const sparseKinds: OptionKinds<SparseOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  sparsity: "number",
  std: "number",
});

/**
 * Normal, but in every column the same number of entries, at random places, is 0.
 *
 * Shape: [out, in].
 * Source: Martens 2010, ICML, "Deep learning via Hessian-free optimization", section 5.
 *
 * @throws {ShapeError} unless there are 2 axes.
 * @throws {ArgumentError} unless the sparsity is between 0 and 1.
 * @example
 * new Linear(784, 128, { init: sparse });
 */
export function sparse(shape: readonly number[], options: SparseOptions = {}): Tensor {
  const { sparsity = 0.9, std = 0.01, ...random } = checkOptions("sparse", options, sparseKinds);
  if (internShape(shape, "sparse").length !== 2)
    throw new ShapeError(
      "sparse",
      `needs a weight of 2 axes, [out, in]: received ${formatShape(shape)}.`,
      { received: shape },
    );
  if (!(sparsity >= 0 && sparsity <= 1))
    throw new ArgumentError("sparse", `sparsity must be between 0 and 1: received ${sparsity}.`, {
      expected: "[0, 1]",
      received: sparsity,
    });
  const zeroCount = Math.ceil(sparsity * shape[0]!);
  // The rank of each entry in a random order of its column.
  const rank = uniform(shape, random).argsort(0).argsort(0);
  return normal(shape, { ...random, std }).maskedFill(rank.less(zeroCount), 0);
}

function checkAxes(op: string, shape: readonly number[]): void {
  if (internShape(shape, op).length < 2)
    throw new ShapeError(
      op,
      `needs a weight of at least 2 axes, [out, in, ...kernel]: received ${formatShape(shape)}.`,
      { received: shape },
    );
}
