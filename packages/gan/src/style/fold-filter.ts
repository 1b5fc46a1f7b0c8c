import { ArgumentError } from "@dl/backend";
import { tensor, type Tensor } from "@dl/tensor";

/** Weights of a low-pass filter along an axis, symmetric, an even number of them. */
export type Taps = readonly number[];

/**
 * The nearest pixel where pictures are enlarged, the mean of two by two where they are halved. The
 * paper's own taps are 1, 3, 3, 1.
 */
export const nearestTaps: Taps = [1, 1];

/** @throws {ArgumentError} unless the taps are an even number of numbers, symmetric, with a sum. */
export function checkTaps(op: string, taps: Taps): void {
  const isFit =
    Array.isArray(taps) &&
    taps.length > 0 &&
    taps.length % 2 === 0 &&
    taps.every((tap, i) => Number.isFinite(tap) && tap === taps.at(-1 - i)) &&
    sumOf(taps) !== 0;
  if (!isFit)
    throw new ArgumentError(
      op,
      `taps must be an even number of numbers, symmetric, with a sum other than 0: received ${JSON.stringify(taps)}. Use [1, 1] or [1, 3, 3, 1].`,
      { received: taps },
    );
}

/**
 * Kernels of a convolution and of the filter before it or behind it in one: (taps ⊗ taps) ∗ kernel, as
 * full convolution, the taps divided by their sum and multiplied by `gain` along each axis.
 *
 * With a stride of 2 such a kernel filters and convolves at the pixels that are kept and at no others;
 * transposed and turned round (`flip`) it enlarges, filters and convolves, and never meets the zeros
 * between pixels: 4 products a pixel for 1, 1 and 3x3, where the enlarged picture would take 9.
 *
 * Shape: weight [a, b, k, k] → [a, b, k + taps − 1, k + taps − 1].
 */
export function foldFilter(weight: Tensor, taps: Taps, gain: number, flip = false): Tensor {
  const [a, b, k] = weight.shape as readonly [number, number, number];
  const size = k + taps.length - 1;
  const scale = gain / sumOf(taps);
  const along = Array.from({ length: k }, (_, from) =>
    Array.from({ length: size }, (_unused, to) => (taps[to - from] ?? 0) * scale),
  );
  const spread = along.flatMap((rows) =>
    along.flatMap((columns) => {
      const image = rows.flatMap((row) => columns.map((column) => row * column));
      return flip ? image.toReversed() : image;
    }),
  );
  const { dtype, backend } = weight;
  const matrix = tensor(spread, { shape: [k * k, size * size], dtype, backend });
  return weight
    .reshape([a * b, k * k])
    .matmul(matrix)
    .reshape([a, b, size, size]);
}

const sumOf = (taps: Taps): number => taps.reduce((sum, tap) => sum + tap, 0);
