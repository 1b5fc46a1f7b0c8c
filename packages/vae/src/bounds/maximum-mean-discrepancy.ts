import { checkPositive } from "./evidence.ts";
import { formatShape, ShapeError } from "@dl/backend";
import { checkTensor, type Tensor } from "@dl/tensor";

/** How alike points are: [n, size], [m, size] → [n, m]. */
export type Kernel = (x: Tensor, y: Tensor) => Tensor;

/**
 * exp(-‖x - y‖² / (2 bandwidth²)).
 *
 * @throws {ArgumentError} unless the bandwidth is above 0.
 * @example
 * await gaussianKernel(1)(zeros([1, 2]), zeros([1, 2])).toArray(); // => [[1]]
 */
export function gaussianKernel(bandwidth: number): Kernel {
  checkPositive("gaussianKernel", "bandwidth", bandwidth);
  return (x, y) =>
    squaredDistances(x, y)
      .mul(-0.5 / bandwidth ** 2)
      .exp();
}

/**
 * Σ over several scales s of C / (C + ‖x - y‖²), C = 2 · size · s: tails that are heavier than a
 * Gaussian's, so that latents far from the prior still feel it.
 *
 * Source: Tolstikhin et al. 2018, arXiv:1711.01558, section 4, for a prior of variance 1.
 * @example
 * await inverseMultiquadraticKernel()(zeros([1, 2]), zeros([1, 2])).toArray(); // => [[7]]
 */
export function inverseMultiquadraticKernel(
  scales: readonly number[] = [0.1, 0.2, 0.5, 1, 2, 5, 10],
): Kernel {
  for (const scale of scales) checkPositive("inverseMultiquadraticKernel", "each scale", scale);
  return (x, y) => {
    const distances = squaredDistances(x, y);
    const terms = scales.map((scale) => {
      const width = 2 * x.shape[1]! * scale;
      return distances.add(width).reciprocal().mul(width);
    });
    return terms.reduce((sum, term) => sum.add(term));
  };
}

/**
 * Squared maximum mean discrepancy of two samples: 0 on average where both are from one distribution,
 * and above it where a kernel can tell them apart. The unbiased estimate, which may be below 0.
 *
 * E k(x, x') + E k(y, y') - 2 E k(x, y), x and x' different points.
 *
 * Shape: x [n, size], y [m, size], each at least 2 → scalar.
 * Source: Gretton et al. 2012, JMLR 13, eq. 3.
 * @throws {ShapeError} unless there are at least 2 points on each side, of one size.
 * @example
 * const kernel = gaussianKernel(1);
 * const far = maximumMeanDiscrepancy(zeros([4, 2]), full([4, 2], 9), kernel);
 * await far.item(); // => 2
 */
export function maximumMeanDiscrepancy(x: Tensor, y: Tensor, kernel: Kernel): Tensor {
  for (const each of [x, y]) checkTensor("maximumMeanDiscrepancy", each);
  if (
    x.ndim !== 2 ||
    y.ndim !== 2 ||
    x.shape[1] !== y.shape[1] ||
    x.shape[0]! < 2 ||
    y.shape[0]! < 2
  )
    throw new ShapeError(
      "maximumMeanDiscrepancy",
      `needs at least 2 points on each side, of one size: received ${formatShape(x.shape)} and ${formatShape(y.shape)}.`,
      { received: [x.shape, y.shape] },
    );
  const within = (points: Tensor): Tensor => {
    const [count] = points.shape as readonly [number, number];
    const alike = kernel(points, points);
    return alike
      .sum()
      .sub(alike.diagonal().sum())
      .div(count * (count - 1));
  };
  return within(x).add(within(y)).sub(kernel(x, y).mean().mul(2));
}

/** ‖x - y‖² of all pairs; rounding never makes it negative. */
function squaredDistances(x: Tensor, y: Tensor): Tensor {
  const lengths = (points: Tensor): Tensor => points.square().sum(1);
  const both = lengths(x).unsqueeze(1).add(lengths(y));
  return both.sub(x.matmul(y.transpose(0, 1)).mul(2)).maximum(0);
}
