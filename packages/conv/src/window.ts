import {
  ArgumentError,
  describeValue,
  elementCount,
  formatShape,
  maxElementCount,
  refuseOptions,
  ShapeError,
  windowOutputSize,
  type Window2d,
} from "@dl/backend";
import { checkTensor, type Tensor } from "@dl/tensor";

/** Height and width, or one number for both. */
export type Pair = number | readonly [height: number, width: number];

/** Both numbers of a {@link Pair}. */
export type Sizes = readonly [height: number, width: number];

/** How errors speak of inputs. */
export interface SpatialNames {
  readonly ndim: 3 | 4 | 5;
  readonly inputAxes: string;
  readonly windowAxes: string;
  readonly layout: "NCL" | "NCHW" | "NCDHW";
  readonly missingAxes: string;
}

/**
 * What differs between images and sequences. A sequence is computed as an image of height 1, but
 * errors speak of it as the caller knows it.
 */
export interface Spatial extends SpatialNames {
  /** @throws {ArgumentError} unless the sizes are whole numbers of at least `least`. */
  readonly sizesOf: (op: string, name: string, sizes: Pair, least: number) => Sizes;
  /** Sizes as the caller gave them. */
  readonly show: (sizes: Sizes) => string;
  readonly showArea: (sizes: Sizes) => string;
  readonly toImages: (x: Tensor) => Tensor;
  readonly fromImages: (x: Tensor) => Tensor;
}

export const images: Spatial = {
  ndim: 4,
  inputAxes: "[batch, channels, height, width]",
  windowAxes: "height, width",
  layout: "NCHW",
  missingAxes: " Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1).",
  sizesOf: pairOf,
  show: formatShape,
  showArea: ([height, width]) => `${height} x ${width}`,
  toImages: (x) => x,
  fromImages: (x) => x,
};

export const sequences: Spatial = {
  ndim: 3,
  inputAxes: "[batch, channels, length]",
  windowAxes: "length",
  layout: "NCL",
  missingAxes: " Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1).",
  sizesOf: (op, name, size, least) => {
    checkSizes(op, name, size, 1, least);
    // The least is also what changes nothing: stride, dilation and kernel 1, padding 0.
    return [least, size as number];
  },
  show: ([, length]) => String(length),
  showArea: ([, length]) => String(length),
  toImages: (x) => x.unsqueeze(2),
  fromImages: (x) => x.squeeze(2),
};

/** Both numbers of a pair. @throws {ArgumentError} unless they are whole numbers of at least `least`. */
export function pairOf(op: string, name: string, pair: Pair, least: number): Sizes {
  checkSizes(op, name, pair, 2, least);
  return typeof pair === "number" ? [pair, pair] : pair;
}

/** @throws {ArgumentError} unless it is such a number, or a list of as many as there are axes. */
export function checkSizes(
  op: string,
  name: string,
  given: unknown,
  axes: 1 | 2 | 3,
  least: number,
): void {
  const isSize = (size: unknown): boolean => Number.isInteger(size) && Number(size) >= least;
  if (
    isSize(given) ||
    (axes > 1 && Array.isArray(given) && given.length === axes && given.every(isSize))
  )
    return;
  refuseOptions(op, given, name);
  const orList = ["", ", or two such numbers", ", or three such numbers"][axes - 1]!;
  throw new ArgumentError(
    op,
    `${name} must be a whole number of at least ${least}${orList}: received ${showSizes(given)}.`,
    { expected: `>= ${least}`, received: given },
  );
}

export function isListOf<Given>(
  count: number,
  given: Given,
): given is Given & Extract<Given, readonly unknown[]> {
  return Array.isArray(given) && given.length === count;
}

/** Whatever stands where sizes should, as an error shows it. */
export function showSizes(given: unknown): string {
  return Array.isArray(given) ? `[${given.map(showSizes).join(", ")}]` : describeValue(given);
}

/** The same padding on opposite sides: top, bottom, left, right. */
export function symmetricPadding([height, width]: Sizes): Window2d["padding"] {
  return [height, height, width, width];
}

/** @throws {ShapeError} unless `inputs` has batch, channels and the spatial axes. */
export function checkInputs(op: string, spatial: SpatialNames, inputs: Tensor): void {
  checkTensor(op, inputs);
  if (inputs.ndim === spatial.ndim) return;
  const advice = inputs.ndim === spatial.ndim - 1 ? spatial.missingAxes : "";
  throw new ShapeError(
    op,
    `input must be ${spatial.inputAxes}, got ${formatShape(inputs.shape)}.${advice}`,
    { received: inputs.shape },
  );
}

/** Height and width; a sequence has height 1. */
export function imageSize(inputs: Tensor): Sizes {
  return [inputs.ndim === 4 ? inputs.shape[2]! : 1, inputs.shape.at(-1)!];
}

/** @throws {ShapeError} if the window fits nowhere, or the image is empty. */
export function checkFits(
  op: string,
  spatial: Spatial,
  inputs: Tensor,
  kernelSize: Sizes,
  window: Window2d,
): void {
  const [height, width] = imageSize(inputs);
  const size = windowOutputSize([height, width], kernelSize, window);
  if (size[0] > 0 && size[1] > 0) return;
  const [top, bottom, left, right] = window.padding;
  const reach = windowReach(kernelSize, window.dilation);
  throw new ShapeError(
    op,
    `the window does not fit: input ${formatShape(inputs.shape)} with padding is ${spatial.showArea([height + top + bottom, width + left + right])}, the window covers ${spatial.showArea(reach)}. Use a smaller kernelSize or more padding.`,
    { expected: reach, received: inputs.shape },
  );
}

/**
 * Refuses a result that cannot be before lists as long as it are made.
 *
 * @throws {ShapeError} if it has too many elements, or would if no axis were empty.
 */
export function checkResultSize(op: string, shape: readonly number[]): void {
  const count = elementCount(shape.map((size) => Math.max(size, 1)));
  if (count > maxElementCount)
    throw new ShapeError(
      op,
      `the result ${formatShape(shape)} has ${count} elements, more than the limit of ${maxElementCount}. Use a smaller size or work in parts.`,
      { expected: maxElementCount, received: shape },
    );
}

/** Cells from the first to the last that a window sees. */
export function windowReach(kernelSize: Sizes, dilation: Sizes): Sizes {
  return [dilation[0] * (kernelSize[0] - 1) + 1, dilation[1] * (kernelSize[1] - 1) + 1];
}
