import {
  ArgumentError,
  checkOptions,
  DTypeError,
  formatShape,
  isFloat,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { checkTensor, type Tensor } from "@dl/tensor";
import { checkBackend } from "./convolution-options.ts";
import { filterPlanes, type Sides } from "./filter-planes.ts";
import { checkFloat } from "./pooling-window.ts";
import {
  checkInputs,
  checkResultSize,
  images,
  imageSize,
  isListOf,
  pairOf,
  showSizes,
  type Pair,
  type Sizes,
} from "./window.ts";

/** Zeros put in, borders and samples kept by {@link upfirdn2d}. */
export interface UpfirdnOptions {
  /** Factor of enlargement: zeros are set between the pixels. Default 1. */
  readonly up?: Pair;
  /** Factor of reduction: every so many pixels of the result are kept. Default 1. */
  readonly down?: Pair;
  /** Zeros at top, bottom, left and right, after enlarging; below 0 they are cut. Default none. */
  readonly padding?: number | readonly [top: number, bottom: number, left: number, right: number];
  /** Number the result is multiplied by; up² keeps the brightness of what was enlarged. Default 1. */
  readonly gain?: number;
}

const upfirdnKinds: OptionKinds<UpfirdnOptions> = {
  up: "number|list",
  down: "number|list",
  padding: "number|list",
  gain: "number",
};

/**
 * Enlarge with zeros, pad, filter, reduce: each channel for itself. The filter is flipped, so that
 * this is a convolution in the signal processor's sense.
 *
 * Shape: inputs [batch, channels, height, width], filter [taps] (used along both axes) or
 * [filterHeight, filterWidth] →
 * [batch, channels, ⌊(height·up + padding − filterHeight) / down⌋ + 1, …].
 *
 * Source: Karras et al. 2020, arXiv:1912.04958, appendix B, and its published code.
 *
 * @throws {ShapeError} if the filter does not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const filter = tensor([1, 2, 1]).div(4);
 * await upfirdn2d(ones([1, 1, 3, 3]), filter).toArray(); // => [[[[1]]]]
 */
export function upfirdn2d(inputs: Tensor, filter: Tensor, options: UpfirdnOptions = {}): Tensor {
  const op = "upfirdn2d";
  const { padding = 0, gain = 1 } = checkOptions(op, options, upfirdnKinds);
  checkInputs(op, images, inputs);
  checkFloat(op, inputs);
  checkTensor(op, filter);
  checkFilter(op, inputs, filter);
  const up = pairOf(op, "up", options.up ?? 1, 1);
  const down = pairOf(op, "down", options.down ?? 1, 1);
  const given = typeof padding === "number" ? [padding, padding, padding, padding] : padding;
  if (!isListOf(4, given) || !given.every(Number.isInteger))
    throw new ArgumentError(
      op,
      `padding must be a whole number, or four of them: received ${showSizes(padding)}.`,
      { received: padding },
    );
  const sides = given as Sides;
  const [top, bottom, left, right] = sides;
  const size = imageSize(inputs);
  const room = [size[0] * up[0] + top + bottom, size[1] * up[1] + left + right] as const;
  const kernel: Sizes = [filter.shape[0]!, filter.shape.at(-1)!];
  if (room[0] < kernel[0] || room[1] < kernel[1] || size.includes(0))
    throw new ShapeError(
      op,
      `the filter does not fit: input ${formatShape(inputs.shape)} enlarged and padded is ${room[0]} x ${room[1]}, the filter ${kernel[0]} x ${kernel[1]}. Use a shorter filter or more padding.`,
      { expected: kernel, received: inputs.shape },
    );
  const [batch, channels] = inputs.shape as [number, number];
  checkResultSize(op, [batch, channels, ...room]);
  const planes = inputs.reshape([batch * channels, 1, ...size]);
  const imagesOf = (x: Tensor): Tensor => x.reshape([batch, channels, x.shape[2]!, x.shape[3]!]);
  const filtered = gain === 1 ? filter : filter.mul(gain);
  if (filter.ndim === 2) return imagesOf(filterPlanes(planes, filtered, up, down, sides));
  const [vertical, horizontal] = [filter.unsqueeze(1), filtered.unsqueeze(0)];
  const isStrided = [0, 1].every((axis) => Math.max(up[axis]!, down[axis]!) > 1);
  // Where results see few of the taps, or are few, one pass is quicker than two.
  if (isStrided && kernel[0] <= mostTapsAtOnce)
    return imagesOf(filterPlanes(planes, vertical.mul(horizontal), up, down, sides));
  const across = filterPlanes(planes, horizontal, [1, up[1]], [1, down[1]], [0, 0, left, right]);
  return imagesOf(filterPlanes(across, vertical, [up[0], 1], [down[0], 1], [top, bottom, 0, 0]));
}

const mostTapsAtOnce = 6;

function checkFilter(op: string, inputs: Tensor, filter: Tensor): void {
  if ((filter.ndim !== 1 && filter.ndim !== 2) || filter.elementCount === 0)
    throw new ShapeError(
      op,
      `the filter must be [taps] or [height, width], got ${formatShape(filter.shape)}.`,
      { received: filter.shape },
    );
  if (!isFloat(filter.dtype) || filter.dtype !== inputs.dtype)
    throw new DTypeError(
      op,
      `input and filter must have one float type: input ${inputs.dtype}, filter ${filter.dtype}. Convert with x.cast("${inputs.dtype}").`,
      { expected: inputs.dtype, received: filter.dtype },
    );
  checkBackend(op, inputs, filter);
}
