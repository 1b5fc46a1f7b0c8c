import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { copyPadded, type Conv2dExports } from "./conv2d.ts";
import { ScratchLayout, type Conv2dShape, type PaddedPlane } from "./conv2d-plan.ts";
import { matmulScratchBytes } from "./matmul.ts";
import { emitPlanes } from "./planes.ts";
import {
  forwardSides,
  GROUP_TILES,
  linesBytes,
  rowGroups,
  tileRows,
  winogradTransform,
  type Size,
  type WinogradSides,
} from "./winograd-sides.ts";
import { binsOf, slotsOf } from "./winograd-tiles.ts";
import { emitWinogradWeightGradient, emitWinogradWeights } from "./winograd-weights.ts";
import {
  BIN_PADDING_BYTES,
  emitWinogradChanges,
  emitWinogradProduct,
  imageWords,
  LANE_PADDING_TILES,
  type WinogradImage,
} from "./winograd.ts";

type Kernel = (...parameters: number[]) => void;
type PlaneExports = Pick<Conv2dExports, "fillZero" | "copyPlanes" | "addTo">;
export type WinogradProductExports = PlaneExports &
  Readonly<Record<"winogradWeights" | "winogradProduct", Kernel>>;
export type WinogradGradientExports = PlaneExports &
  Readonly<Record<"winogradChanges" | "winogradWeightGradient", Kernel>>;

/** Forward, and the gradient by the input. */
export function emitWinogradProducts(module: ModuleBuilder, kernelSize: Size): void {
  const transform = winogradTransform(kernelSize);
  emitPlanes(module);
  emitWinogradWeights(module, transform);
  emitWinogradProduct(module, transform);
}

/** The gradient by the weight. */
export function emitWinogradGradients(module: ModuleBuilder, kernelSize: Size): void {
  const transform = winogradTransform(kernelSize);
  emitPlanes(module);
  emitWinogradChanges(module, transform);
  emitWinogradWeightGradient(module, transform);
}

/** Of the second-level cache, for what is transformed at once. */
const blockBytes = 0x3_0000;
const mostBlockGroups = 32;

/** How many groups are done at once. */
function blockGroups(groupBytes: number, groups: number): number {
  const most = Math.min(mostBlockGroups, groups + 1, Math.floor(blockBytes / groupBytes));
  return Math.max(2, 2 * Math.floor(most / 2));
}

/** A padded plane that whole groups of tiles can be read from. */
function tiledPlane(sides: WinogradSides): PaddedPlane {
  const { kernelSize, outSize, padding } = sides;
  return {
    top: padding[0],
    left: padding[1],
    height: 2 * tileRows(outSize) + kernelSize[0] - 1,
    width: 2 * GROUP_TILES * rowGroups(outSize) + kernelSize[1] - 1,
    isPadded: true,
  };
}

const planeFloats = ({ height, width }: PaddedPlane): number => height * width;

function imageOf(
  sides: WinogradSides,
  plane: PaddedPlane,
  out: PaddedPlane,
  block: number,
): Int32Array {
  const { channels, outChannels, outSize } = sides;
  const image: WinogradImage = {
    rowBytes: 4 * plane.width,
    planeBytes: 4 * planeFloats(plane),
    channels,
    outChannels,
    outRowBytes: 4 * out.width,
    outPlaneBytes: 4 * planeFloats(out),
    height: outSize[0],
    width: outSize[1],
    rowGroups: rowGroups(outSize),
    blockGroups: block,
  };
  return imageWords(image);
}

export interface WinogradProductPlan {
  readonly sides: WinogradSides;
  readonly plane: PaddedPlane;
  readonly words: Int32Array;
  /** Of an image; its outputs may be cut after every second. */
  readonly groups: number;
  /** Of the transformed weights, which all parts share. */
  readonly weightBytes: number;
  readonly parts: { readonly words: number; readonly image: number; readonly block: number };
  readonly scratchBytes: number;
}

export function planWinogradProduct(sides: WinogradSides): WinogradProductPlan {
  const { channels, outChannels, kernelSize, outSize } = sides;
  const transform = winogradTransform(kernelSize);
  const slots = slotsOf(transform).length;
  const rows = Math.ceil(outChannels / 4) * 4;
  const plane = tiledPlane(sides);
  const bins = binsOf(transform).length;
  // Half a panel, and half of both paddings of a panel's bins.
  const groupBytes = 4 * GROUP_TILES * (slots * channels + bins * rows) + bins * BIN_PADDING_BYTES;
  const groups = tileRows(outSize) * rowGroups(outSize);
  const block = blockGroups(groupBytes, groups);
  const out = { ...plane, height: outSize[0], width: outSize[1] };
  const words = imageOf(sides, plane, out, block);
  const layout = new ScratchLayout();
  const parts = {
    words: layout.take(words.byteLength),
    image: layout.take(4 * channels * planeFloats(plane)),
    block: layout.take(block * groupBytes + linesBytes(channels, kernelSize, outSize)),
  };
  const weightBytes = 4 * slots * rows * channels;
  return {
    sides,
    plane,
    words,
    groups,
    weightBytes,
    parts,
    scratchBytes: layout.byteLength,
  };
}

/** Transforms the weights of all groups, for every image and part. */
export function prepareWinogradWeights(
  { winogradWeights }: WinogradProductExports,
  { sides: { channels, outChannels, kernelSize, weight }, weightBytes }: WinogradProductPlan,
  groups: number,
  source: number,
  target: number,
): void {
  const { first, row, depth, tapRow, tap } = weight;
  const strides = [row, depth, tapRow, tap].map((floats) => 4 * floats);
  const groupBytes = 4 * channels * outChannels * kernelSize[0] * kernelSize[1];
  for (let group = 0; group < groups; group++)
    winogradWeights(
      source + 4 * first + group * groupBytes,
      target + group * weightBytes,
      outChannels,
      channels,
      ...strides,
    );
}

/** What a call is to do; ranges are independent of each other, each with its own scratch. */
export interface WinogradRange {
  readonly images: Size;
  readonly groups: Size;
  /** With several filters images take turns with them: a group of channels counts as an image. */
  readonly filters: number;
}

/** Outputs of some images, or of some groups of each; byte addresses of contiguous float32 arrays. */
export function winogradProduct(
  exports: WinogradProductExports,
  memory: WebAssembly.Memory,
  plan: WinogradProductPlan,
  source: number,
  weights: number,
  target: number,
  { images, groups: [first, end], filters }: WinogradRange,
  scratch: number,
): void {
  const { sides, plane, parts } = plan;
  const { channels, outChannels, inputSize, outSize } = sides;
  const [words, padded] = [scratch + parts.words, scratch + parts.image];
  new Int32Array(memory.buffer).set(plan.words, words >>> 2);
  exports.fillZero(padded, 4 * channels * planeFloats(plane));
  for (let image = images[0]; image < images[1]; image++) {
    const from = source + 4 * image * channels * inputSize[0] * inputSize[1];
    const to = target + 4 * image * outChannels * outSize[0] * outSize[1];
    copyPadded(exports, from, inputSize, channels, plane, padded);
    const filter = weights + (image % filters) * plan.weightBytes;
    exports.winogradProduct(words, padded, filter, to, scratch + parts.block, first, end);
  }
}

export interface WinogradGradientPlan {
  readonly sides: WinogradSides;
  readonly plane: PaddedPlane;
  readonly changePlane: PaddedPlane;
  readonly words: Int32Array;
  readonly sumBytes: number;
  readonly parts: {
    readonly words: number;
    readonly image: number;
    readonly change: number;
    readonly sums: number;
    readonly block: number;
  };
  readonly scratchBytes: number;
}

/** Bytes that the last step may read past the sums. */
const overreadBytes = 16;

export function planWinogradGradient(shape: Conv2dShape): WinogradGradientPlan {
  const sides = forwardSides(shape);
  const { channels, outChannels, kernelSize, outSize } = sides;
  const transform = winogradTransform(kernelSize);
  const bins = binsOf(transform);
  const slots = slotsOf(transform).length;
  const plane = tiledPlane(sides);
  const changePlane = {
    top: 0,
    left: 0,
    height: 2 * tileRows(outSize),
    width: 2 * GROUP_TILES * rowGroups(outSize),
    isPadded: true,
  };
  const lanes = slots * channels + bins.length * outChannels;
  const groupBytes = 4 * GROUP_TILES * lanes;
  const groups = tileRows(outSize) * rowGroups(outSize);
  const block = blockGroups(groupBytes, groups);
  const words = imageOf(sides, plane, changePlane, block);
  const widest = Math.max(...bins.map((bin) => bin.slots)) * channels;
  const sumBytes = 4 * slots * channels * outChannels;
  const layout = new ScratchLayout();
  const parts = {
    words: layout.take(words.byteLength),
    image: layout.take(4 * channels * planeFloats(plane)),
    change: layout.take(4 * outChannels * planeFloats(changePlane)),
    sums: layout.take(sumBytes + overreadBytes),
    block: layout.take(
      block * groupBytes +
        4 * LANE_PADDING_TILES * lanes +
        linesBytes(channels, kernelSize, outSize) +
        matmulScratchBytes(outChannels, widest, block * GROUP_TILES),
    ),
  };
  return { sides, plane, changePlane, words, sumBytes, parts, scratchBytes: layout.byteLength };
}

/** dweight = the sum over images, all or each `step`-th of a range, which may have none. */
export function winogradWeightGradient(
  exports: WinogradGradientExports,
  memory: WebAssembly.Memory,
  plan: WinogradGradientPlan,
  x: number,
  dy: number,
  dweight: number,
  [first, end, step = 1]: readonly [first: number, end: number, step?: number],
  scratch: number,
): void {
  const { sides, plane, changePlane, parts } = plan;
  const { channels, outChannels, inputSize, outSize } = sides;
  const [words, padded] = [scratch + parts.words, scratch + parts.image];
  const [changes, sums] = [scratch + parts.change, scratch + parts.sums];
  new Int32Array(memory.buffer).set(plan.words, words >>> 2);
  exports.fillZero(padded, 4 * channels * planeFloats(plane));
  exports.fillZero(changes, 4 * outChannels * planeFloats(changePlane));
  exports.fillZero(sums, plan.sumBytes);
  for (let image = first; image < end; image += step) {
    const from = x + 4 * image * channels * inputSize[0] * inputSize[1];
    const change = dy + 4 * image * outChannels * outSize[0] * outSize[1];
    copyPadded(exports, from, inputSize, channels, plane, padded);
    copyPadded(exports, change, outSize, outChannels, changePlane, changes);
    exports.winogradChanges(words, padded, changes, sums, scratch + parts.block);
  }
  exports.winogradWeightGradient(sums, dweight, outChannels, channels);
}
