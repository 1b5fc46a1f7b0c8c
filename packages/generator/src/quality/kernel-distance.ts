import { checkOptions, checkWhole } from "@dl/backend";
import { Generator, generatorKind } from "@dl/tensor";
import {
  checkSampleCount,
  featurePair,
  rowsOf,
  type Features,
  type FeatureSource,
} from "./features.ts";
import { meanOf } from "./moments.ts";
import { visitSquaredDistances } from "./squared-distances.ts";

/** How the kernel distance is estimated. */
export interface KernelDistanceOptions {
  /** Features less the reference's mean, divided by its deviations, so that each counts alike. Default false. */
  readonly standardize?: boolean;
  /** Samples of either set that an estimate is made of. Default 500; all, where one set has fewer. */
  readonly blockSize?: number;
  /** Deals samples to blocks; one of seed 0, the same each time, unless said. */
  readonly generator?: Generator;
}

/** How far two sets of features are apart, and how sure that is. */
export interface KernelDistance {
  /** Mean over the blocks; around 0, and below it as often as above, for sets of one distribution. */
  readonly distance: number;
  /** Standard deviation of one block's estimate; undefined where there is one block. */
  readonly spread: number | undefined;
  readonly blocks: number;
}

/**
 * Kernel distance of two sets of features: the squared maximum mean discrepancy with the kernel
 * k(x, y) = (x · y / width + 1)³, estimated without bias in blocks of shuffled samples.
 *
 * Σ_{i≠j} k(xᵢ, xⱼ) / (n (n - 1)) + the same of y - 2 Σ k(xᵢ, yⱼ) / (n m). The error of the mean over
 * the blocks is about spread / √blocks. In float64 on the host.
 *
 * Shape: samples [n, width], reference [m, width].
 * Source: Bińkowski et al. 2018, arXiv:1801.01401; Gretton et al. 2012, equation 3.
 *
 * @throws {ShapeError} if the numbers of features differ.
 * @throws {ArgumentError} for fewer than 2 samples, a block of fewer, or numbers that are not finite.
 * @example
 * const x = tensor([[0], [1]]);
 * (await kernelDistance(x, x)).distance; // => -3.5
 */
export async function kernelDistance(
  samples: FeatureSource,
  reference: FeatureSource,
  options: KernelDistanceOptions = {},
): Promise<KernelDistance> {
  const op = "kernelDistance";
  const {
    standardize = false,
    blockSize = 500,
    generator = new Generator(0),
  } = checkOptions(op, options, {
    standardize: "boolean",
    blockSize: "number",
    generator: generatorKind,
  });
  checkWhole(op, "blockSize", blockSize, 2, Infinity, " of at least 2");
  const pair = await featurePair(op, samples, reference);
  pair.forEach(({ shape }, i) =>
    checkSampleCount(op, i === 0 ? "the samples" : "the reference", shape[0], 2),
  );
  const [made, real] = standardize ? standardized(...pair) : pair;
  const blocks = Math.max(1, Math.floor(Math.min(made.shape[0], real.shape[0]) / blockSize));
  if (blocks === 1 && Math.min(made.shape[0], real.shape[0]) < blockSize)
    return { distance: discrepancy(made, real), spread: undefined, blocks };
  const orders = [made, real].map(({ shape }) => generator.permutation(shape[0]));
  const estimates = Array.from({ length: blocks }, (_, block) => {
    const [one, other] = [made, real].map((features, i) =>
      rowsOf(features, orders[i]!.subarray(block * blockSize, (block + 1) * blockSize)),
    );
    return discrepancy(one!, other!);
  });
  const distance = estimates.reduce((sum, x) => sum + x, 0) / blocks;
  const squares = estimates.reduce((sum, x) => sum + (x - distance) ** 2, 0);
  return {
    distance,
    spread: blocks > 1 ? Math.sqrt(squares / (blocks - 1)) : undefined,
    blocks,
  };
}

function discrepancy(x: Features, y: Features): number {
  const [n, m] = [x.shape[0], y.shape[0]];
  return (
    kernelSum(x, x) / (n * (n - 1)) +
    kernelSum(y, y) / (m * (m - 1)) -
    (2 * kernelSum(x, y)) / (n * m)
  );
}

/** Of all pairs; of a set with itself, without those of a sample with itself. */
function kernelSum(x: Features, y: Features): number {
  const [, width] = x.shape;
  const [squares, others] = [squaredLengths(x), squaredLengths(y)];
  let sum = 0;
  visitSquaredDistances(x, y, (i, distances) => {
    const square = squares[i]!;
    for (let j = 0; j < distances.length; j++) {
      if (x === y && i === j) continue;
      const product = (square + others[j]! - distances[j]!) / 2;
      const term = product / width + 1;
      sum += term * term * term;
    }
  });
  return sum;
}

function squaredLengths({ data, shape: [count, width] }: Features): Float64Array {
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < width; k++) squares[i]! += data[i * width + k]! ** 2;
  return squares;
}

/** Both by the reference's mean and deviations; a feature that never varies there is only centred. */
function standardized(made: Features, real: Features): readonly [Features, Features] {
  const mean = meanOf(real);
  const [count, width] = real.shape;
  const variances = new Float64Array(width);
  real.data.forEach((x, i) => {
    variances[i % width]! += (x - mean[i % width]!) ** 2 / (count - 1);
  });
  const scales = variances.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 1));
  const scaled = ({ data, shape }: Features): Features => ({
    data: data.map((x, i) => (x - mean[i % width]!) * scales[i % width]!),
    shape,
  });
  return [scaled(made), scaled(real)];
}
