import {
  checkOptions,
  formatShape,
  refuseOptions,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { conv2d, convTranspose2d } from "@dl/conv";
import type { Tensor } from "@dl/tensor";
import { foldFilter, type Taps } from "./fold-filter.ts";

/** What a modulated convolution does besides. */
export interface ModulationOptions {
  /** Whether the outputs are brought back to unit variance. Default true. */
  readonly demodulate?: boolean;
  /** Taps of the filter by which it makes the picture twice as large. It keeps its size unless said. */
  readonly enlarge?: Taps;
}

export const modulationKinds: OptionKinds<ModulationOptions> = {
  demodulate: "boolean",
  enlarge: "list",
};

/**
 * A convolution whose input channels are scaled by a style, each picture by its own; demodulation
 * then scales the outputs so that they would have unit variance if the inputs had.
 *
 * w′ = sᵢ w, w″ = w′ / √(Σ w′² + 1e-8) over input channels and kernel; y = w″ ∗ x. Since every
 * channel is scaled as a whole, y = d · (w ∗ (s x)) with d = 1 / √(s² Σ w² + 1e-8): one convolution
 * with one weight for all pictures. A weight for each picture, by groups, took 1.5 to 1.8 times as long on
 * the CPU, forward and backward (16 pictures; 16 channels of 32x32 6.8 ms for 4.5, 32 of 16x16 6.6 for 3.6).
 *
 * Shape: inputs [batch, in, height, width], weight [out, in, k, k], styles [batch, in] →
 * [batch, out, height, width], or twice as large.
 * Source: Karras et al. 2020, arXiv:1912.04958, section 2.2, equations 1 and 3.
 *
 * @throws {ShapeError} unless there is a style for each picture, a number for each channel.
 * @example
 * const [pictures, styles] = [ones([2, 4, 8, 8]), ones([2, 4])];
 * modulatedConv2d(pictures, ones([6, 4, 3, 3]), styles, { enlarge: [1, 1] }).shape; // => [2, 6, 16, 16]
 */
export function modulatedConv2d(
  inputs: Tensor,
  weight: Tensor,
  styles: Tensor,
  options: ModulationOptions = {},
): Tensor {
  const op = "modulatedConv2d";
  refuseOptions(op, styles, "the styles");
  const { demodulate = true, enlarge } = checkOptions(op, options, modulationKinds);
  const [batch, channels] = inputs.shape as readonly [number, number];
  if (formatShape(styles.shape) !== formatShape([batch, channels]))
    throw new ShapeError(
      op,
      `styles must be [${batch}, ${channels}], a number for each channel of each picture: received ${formatShape(styles.shape)}.`,
      { expected: [batch, channels], received: styles.shape },
    );
  const scaled = inputs.mul(styles.reshape([batch, channels, 1, 1]));
  const products =
    enlarge === undefined
      ? conv2d(scaled, weight, undefined, { padding: (weight.shape[2]! - 1) / 2 })
      : enlarged(scaled, weight, enlarge);
  if (!demodulate) return products;
  const squares = weight.square().sum([2, 3]); // [out, in]
  const demodulation = styles.square().matmul(squares.transpose(0, 1)).add(1e-8).rsqrt();
  return products.mul(demodulation.reshape([batch, weight.shape[0]!, 1, 1]));
}

/** Enlarged, filtered and convolved in one; each pixel's share of zeros is made good by the gain of 2. */
function enlarged(inputs: Tensor, weight: Tensor, taps: Taps): Tensor {
  const kernel = foldFilter(weight.transpose(0, 1), taps, 2, true);
  return convTranspose2d(inputs, kernel, undefined, {
    stride: 2,
    padding: kernel.shape[2]! / 2 - 1,
  });
}
