import { outputSize, type Conv2dShape } from "./conv2d-plan.ts";
import { lineGroupBytes, sharesLines } from "./winograd-input.ts";
import { slotsOf, type WinogradTransform } from "./winograd-tiles.ts";
import { axisTransform } from "./winograd-transforms.ts";

export type Size = readonly [number, number];

/** Tiles side by side in a vector. A group's outputs are 8 neighbours in each of 2 rows. */
export const GROUP_TILES = 4;

export const winogradTransform = ([height, width]: Size): WinogradTransform => ({
  rows: axisTransform(height),
  columns: axisTransform(width),
});

/** A convolution of stride 1 as the products see it: the input's gradient is one too, of dy. */
export interface WinogradSides {
  readonly channels: number;
  readonly outChannels: number;
  readonly inputSize: Size;
  readonly outSize: Size;
  readonly kernelSize: Size;
  /** Zeros above and to the left. */
  readonly padding: Size;
  /** Where taps lie, in floats: the first one, then from one to the next. */
  readonly weight: {
    readonly first: number;
    readonly row: number;
    readonly depth: number;
    readonly tapRow: number;
    readonly tap: number;
  };
}

const tapsOf = ({ kernelSize: [height, width] }: Conv2dShape): number => height * width;

export function forwardSides(shape: Conv2dShape): WinogradSides {
  const { inChannels, outChannels, inputSize, kernelSize, padding } = shape;
  const taps = tapsOf(shape);
  return {
    channels: inChannels,
    outChannels,
    inputSize,
    outSize: outputSize(shape),
    kernelSize,
    padding: [padding[0], padding[2]],
    weight: { first: 0, row: inChannels * taps, depth: taps, tapRow: kernelSize[1], tap: 1 },
  };
}

/** dx is dy convolved with the weight turned by half a circle. */
export function inputGradientSides(shape: Conv2dShape): WinogradSides {
  const { inChannels, outChannels, inputSize, kernelSize, padding } = shape;
  const taps = tapsOf(shape);
  return {
    channels: outChannels,
    outChannels: inChannels,
    inputSize: outputSize(shape),
    outSize: inputSize,
    kernelSize,
    padding: [kernelSize[0] - 1 - padding[0], kernelSize[1] - 1 - padding[2]],
    weight: {
      first: taps - 1,
      row: taps,
      depth: inChannels * taps,
      tapRow: -kernelSize[1],
      tap: -1,
    },
  };
}

export const tileRows = ([height]: Size): number => Math.ceil(height / 2);
export const rowGroups = ([, width]: Size): number => Math.ceil(width / (2 * GROUP_TILES));

/** Of an image's pixels, transformed along x, where rows of tiles share them. */
export function linesBytes(channels: number, kernelSize: Size, outSize: Size): number {
  const transform = winogradTransform(kernelSize);
  if (!sharesLines(transform)) return 0;
  const rows = 2 * tileRows(outSize) + kernelSize[0] - 1;
  return channels * rows * rowGroups(outSize) * lineGroupBytes(transform);
}

/** Of 4 and 7 taps, in pieces of 2 or many pieces, errors were 1.3 to 1.5 times those of plain sums. */
const suitableTaps: ReadonlySet<number> = new Set([3, 5]);
const fewestChannels = 8;
/** Lines are kept for a whole image, by every thread; they belong in a cache. */
const mostLinesBytes = 0x40_0000;
/** Below this share of a plain product's multiplications the transforms pay. */
const payingShare = 0.85;

/** Whether a convolution can be done this way, and is the faster for it. */
export function winogradPays(shape: Conv2dShape): boolean {
  const { kernelSize, stride, dilation, groups, padding, inChannels, outChannels } = shape;
  const isPlain = [...stride, ...dilation, groups].every((value) => value === 1);
  if (!isPlain || Math.min(inChannels, outChannels) < fewestChannels) return false;
  for (const axis of [0, 1] as const) {
    const taps = kernelSize[axis];
    if (!suitableTaps.has(taps)) return false;
    // The input's gradient would have to leave out what negative padding leaves out.
    if (Math.max(padding[2 * axis]!, padding[2 * axis + 1]!) >= taps) return false;
  }
  const size = outputSize(shape);
  const channels = Math.max(inChannels, outChannels);
  if (linesBytes(channels, kernelSize, size) > mostLinesBytes) return false;
  const tiles = tileRows(size) * rowGroups(size) * GROUP_TILES;
  const products = slotsOf(winogradTransform(kernelSize)).length * tiles;
  // Transforming an input is shared by all outputs, and the other way round.
  const transforms = 1 + 4 / outChannels + 2 / inChannels;
  return products * transforms < payingShare * tapsOf(shape) * size[0] * size[1];
}
