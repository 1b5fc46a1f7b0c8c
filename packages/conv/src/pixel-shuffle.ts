import { formatShape, ShapeError } from "@dl/backend";
import { checkCount } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { checkInputs, images } from "./window.ts";

/**
 * Channels laid out as pixels: every factor² channels become one that is factor times as large.
 *
 * out[b, c, h·r + i, w·r + j] = x[b, c·r² + i·r + j, h, w], r the factor.
 *
 * Shape: [batch, channels·factor², height, width] → [batch, channels, height·factor, width·factor].
 *
 * Source: Shi et al. 2016, arXiv:1609.05158, eq. 4.
 *
 * @throws {ShapeError} if the input is no batch of images or the channels cannot be cut so.
 * @throws {ArgumentError} for a factor that is not a whole number of at least 1.
 * @example
 * const x = tensor([1, 2, 3, 4]).reshape([1, 4, 1, 1]);
 * await pixelShuffle(x, 2).toArray(); // => [[[[1, 2], [3, 4]]]]
 */
export function pixelShuffle(inputs: Tensor, factor: number): Tensor {
  checkInputs("pixelShuffle", images, inputs);
  checkCount("pixelShuffle", "factor", factor);
  const [batch, channels, height, width] = inputs.shape as [number, number, number, number];
  if (channels % factor ** 2 !== 0)
    throw new ShapeError(
      "pixelShuffle",
      `the channels must be a multiple of ${factor ** 2}, the factor's square: input ${formatShape(inputs.shape)}, factor ${factor}.`,
      { expected: factor ** 2, received: channels },
    );
  const fewer = channels / factor ** 2;
  return inputs
    .reshape([batch, fewer, factor, factor, height, width])
    .permute([0, 1, 4, 2, 5, 3])
    .reshape([batch, fewer, height * factor, width * factor]);
}

/**
 * Pixels laid out as channels: the inverse of {@link pixelShuffle}.
 *
 * Shape: [batch, channels, height, width] → [batch, channels·factor², height / factor, width / factor].
 *
 * @throws {ShapeError} if the input is no batch of images or its size no multiple of the factor.
 * @throws {ArgumentError} for a factor that is not a whole number of at least 1.
 * @example
 * const x = tensor([[[[1, 2], [3, 4]]]]);
 * await pixelUnshuffle(x, 2).flatten().toArray(); // => [1, 2, 3, 4]
 */
export function pixelUnshuffle(inputs: Tensor, factor: number): Tensor {
  checkInputs("pixelUnshuffle", images, inputs);
  checkCount("pixelUnshuffle", "factor", factor);
  const [batch, channels, height, width] = inputs.shape as [number, number, number, number];
  if (height % factor !== 0 || width % factor !== 0)
    throw new ShapeError(
      "pixelUnshuffle",
      `height and width must be multiples of the factor: input ${formatShape(inputs.shape)}, factor ${factor}. Pad or crop first.`,
      { expected: factor, received: inputs.shape },
    );
  const [rows, columns] = [height / factor, width / factor];
  return inputs
    .reshape([batch, channels, rows, factor, columns, factor])
    .permute([0, 1, 3, 5, 2, 4])
    .reshape([batch, channels * factor ** 2, rows, columns]);
}
