import {
  ArgumentError,
  checkOptions,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { interpolationTaps, type InterpolationMode } from "./interpolation-taps.ts";
import { checkFloat } from "./pooling-window.ts";
import { resample } from "./resample.ts";
import {
  checkResultSize,
  checkInputs,
  images,
  imageSize,
  isListOf,
  pairOf,
  showSizes,
  type Pair,
  type Sizes,
} from "./window.ts";

/** Size and formula of {@link interpolate}. */
export interface InterpolateOptions {
  /** Height and width of the result. Either this or `scaleFactor`. */
  readonly size?: Pair;
  /** How many times as large the result is; need not be whole. Its size is rounded down. */
  readonly scaleFactor?: Pair;
  /** Default `nearest`. */
  readonly mode?: InterpolationMode;
  /**
   * Whether the centres of the corner pixels coincide, instead of the images' corners. Not for
   * `nearest`. Default false.
   */
  readonly alignCorners?: boolean;
}

export const interpolateKinds: OptionKinds<InterpolateOptions> = {
  size: "number|list",
  scaleFactor: "number|list",
  mode: '"nearest"|"bilinear"|"bicubic"',
  alignCorners: "boolean",
};

/**
 * Images made larger or smaller: the nearest pixel, between two by two (bilinear), or between four
 * by four (bicubic, Keys' kernel with a = −0.75). The edge goes on outside.
 *
 * Making smaller does not blur first; avgPool2d or {@link blur} do.
 *
 * Shape: [batch, channels, height, width] → [batch, channels, …size].
 *
 * Source: Keys 1981, "Cubic convolution interpolation for digital image processing", eq. 4.
 *
 * @throws {ShapeError} if the input is no batch of images, or input or result would be empty.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range, or both or neither of size and scaleFactor.
 * @example
 * const x = tensor([[[[1, 2]]]]);
 * await interpolate(x, { scaleFactor: [1, 2] }).toArray(); // => [[[[1, 1, 2, 2]]]]
 * await interpolate(x, { size: [1, 3], mode: "bilinear", alignCorners: true }).toArray(); // => [[[[1, 1.5, 2]]]]
 */
export function interpolate(inputs: Tensor, options: InterpolateOptions): Tensor {
  const op = "interpolate";
  checkInputs(op, images, inputs);
  const { mode = "nearest", alignCorners = false } = checkOptions(op, options, interpolateKinds);
  checkFloat(op, inputs);
  checkMode(op, mode, alignCorners);
  const from = imageSize(inputs);
  const size = targetOf(op, inputs, options);
  const { scaleFactor } = options;
  const factors = typeof scaleFactor === "number" ? [scaleFactor, scaleFactor] : scaleFactor;
  // Along rows takes longer, so that is done while there are fewer.
  const axes = size[0] > from[0] ? ([1, 0] as const) : ([0, 1] as const);
  return axes.reduce((resized: Tensor, axis) => {
    const [before, after] = [from[axis], size[axis]];
    const factor = factors?.[axis];
    // As in PyTorch, a factor says where pixels lie even where it does not divide the size.
    const gap = alignCorners
      ? ([after > 1 ? before - 1 : 0, Math.max(after - 1, 1)] as const)
      : factor === undefined
        ? ([before, after] as const)
        : ([1, factor] as const);
    return resample(resized, 2 + axis, interpolationTaps(mode, before, after, gap, alignCorners));
  }, inputs);
}

function checkMode(op: string, mode: string, alignCorners: boolean): void {
  if (mode === "nearest" && alignCorners)
    throw new ArgumentError(
      op,
      'alignCorners means nothing with mode "nearest": received true. Leave it out, or use "bilinear".',
      { received: alignCorners },
    );
}

/** The size of the result. */
function targetOf(op: string, inputs: Tensor, { size, scaleFactor }: InterpolateOptions): Sizes {
  const from = imageSize(inputs);
  if ((size === undefined) === (scaleFactor === undefined))
    throw new ArgumentError(
      op,
      `needs either size or scaleFactor: received ${size === undefined ? "neither" : "both"}. Give one of them.`,
      { received: [size, scaleFactor] },
    );
  const target = size === undefined ? scaled(op, from, scaleFactor!) : pairOf(op, "size", size, 1);
  if (from.includes(0) || target.includes(0))
    throw new ShapeError(
      op,
      `images of ${from[0]} x ${from[1]} cannot become ${target[0]} x ${target[1]}: input ${formatShape(inputs.shape)}. Both need at least one pixel.`,
      { received: inputs.shape },
    );
  checkResultSize(op, [...inputs.shape.slice(0, 2), ...target]);
  return target;
}

function scaled(op: string, from: Sizes, scaleFactor: Pair): Sizes {
  const factors =
    typeof scaleFactor === "number" ? ([scaleFactor, scaleFactor] as const) : scaleFactor;
  if (!isListOf(2, factors) || !factors.every((factor) => Number.isFinite(factor) && factor > 0))
    throw new ArgumentError(
      op,
      `scaleFactor must be a number above 0, or two such numbers: received ${showSizes(scaleFactor)}.`,
      { expected: "> 0", received: scaleFactor },
    );
  return [Math.floor(from[0] * factors[0]), Math.floor(from[1] * factors[1])];
}
