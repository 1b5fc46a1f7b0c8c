import { implicitGemmScratchBytes } from "./implicit-gemm.ts";

/** A two-dimensional convolution: x [batch, C, H, W], weight [O, C / groups, KH, KW], y [batch, O, OH, OW]. */
export interface Conv2dShape {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly inputSize: readonly [number, number];
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Zeros added: top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

/** Zeros around an image, and its size with them. */
export interface PaddedPlane {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly isPadded: boolean;
}

/** One product C [rows, columns] = A · B with B[k][j] = image[lanes[j] + depths[k]]; tables of byte offsets. */
export interface ImplicitProduct {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Steps of depth summed before they are added to C. */
  readonly block: number;
  readonly lanes: Int32Array;
  readonly depths: Int32Array;
}

// A panel of A (4 rows) and one of B (8 columns) of this depth fill half of a 32 KiB L1.
const DEPTH_BLOCK = 384;

export function outputSize(shape: Conv2dShape): [number, number] {
  const [top, bottom, left, right] = shape.padding;
  const count = (axis: 0 | 1, padding: number): number =>
    Math.floor(
      (shape.inputSize[axis] + padding - shape.dilation[axis] * (shape.kernelSize[axis] - 1) - 1) /
        shape.stride[axis],
    ) + 1;
  return [count(0, top + bottom), count(1, left + right)];
}

/** Positions of the output along one axis whose tap falls inside the image: the first, how many, and where it falls. */
export function tapReach(
  { stride, padding, dilation, inputSize }: Conv2dShape,
  axis: 0 | 1,
  tap: number,
  size: number,
): { readonly first: number; readonly count: number; readonly to: number } {
  const shift = tap * dilation[axis] - padding[2 * axis]!;
  const first = Math.max(0, Math.ceil(-shift / stride[axis]));
  const last = Math.min(size - 1, Math.floor((inputSize[axis] - 1 - shift) / stride[axis]));
  return { first, count: Math.max(0, last - first + 1), to: first * stride[axis] + shift };
}

/** The input with its padding, as forward and weight gradient read it. */
export function paddedInput(shape: Conv2dShape): PaddedPlane {
  const [top, bottom, left, right] = shape.padding;
  return {
    top,
    left,
    height: shape.inputSize[0] + top + bottom,
    width: shape.inputSize[1] + left + right,
    isPadded: top + bottom + left + right > 0,
  };
}

/** Byte offset of every tap (channel of the group, ky, kx) from a window's first element. */
export function tapOffsets(shape: Conv2dShape, plane: PaddedPlane): number[] {
  const offsets: number[] = [];
  for (let channel = 0; channel < shape.inChannels / shape.groups; channel++)
    for (let ky = 0; ky < shape.kernelSize[0]; ky++)
      for (let kx = 0; kx < shape.kernelSize[1]; kx++)
        offsets.push(
          4 *
            ((channel * plane.height + ky * shape.dilation[0]) * plane.width +
              kx * shape.dilation[1]),
        );
  return offsets;
}

/** Byte offset of the window of every output pixel. */
export function windowOffsets(
  size: readonly [number, number],
  stride: readonly [number, number],
  width: number,
): number[] {
  const offsets: number[] = [];
  for (let y = 0; y < size[0]; y++)
    for (let x = 0; x < size[1]; x++) offsets.push(4 * (y * stride[0] * width + x * stride[1]));
  return offsets;
}

export function implicitProduct(
  rows: number,
  lanes: readonly number[],
  depths: readonly number[],
): ImplicitProduct {
  const blocks = Math.max(1, Math.ceil(depths.length / DEPTH_BLOCK));
  const filled = new Int32Array(Math.ceil(lanes.length / 8) * 8).fill(lanes.at(-1) ?? 0);
  filled.set(lanes);
  return {
    rows,
    columns: lanes.length,
    depth: depths.length,
    block: Math.max(4, Math.ceil(depths.length / blocks / 4) * 4),
    lanes: filled,
    depths: Int32Array.from(depths),
  };
}

/** What a call is to do; ranges are independent of each other, each with its own scratch. */
export interface Conv2dRange {
  readonly images: readonly [number, number];
  /** Of the product, from a multiple of {@link PANEL_COLUMNS}; all when absent. */
  readonly columns?: readonly [number, number];
  /** All when absent. */
  readonly groups?: readonly [number, number];
}

/** Columns are computed in panels of so many: where a product may be cut. */
export const PANEL_COLUMNS = 8;

/** A product of some columns only, and how far in they begin in C and in the table, in bytes. */
export function columnsOf(
  product: ImplicitProduct,
  [begin, end]: readonly [number, number] = [0, product.columns],
): { product: ImplicitProduct; offset: number } {
  const isWhole = begin === 0 && end === product.columns;
  return { product: isWhole ? product : { ...product, columns: end - begin }, offset: 4 * begin };
}

/** Bytes of one packed A. */
export const packedRowsBytes = ({ rows, depth }: ImplicitProduct): number =>
  Math.ceil(rows / 4) * 16 * depth;

/** Hands out parts of a scratch area, 16-byte aligned. */
export class ScratchLayout {
  byteLength = 0;

  take(bytes: number): number {
    const offset = this.byteLength;
    this.byteLength += Math.ceil(bytes / 16) * 16;
    return offset;
  }

  takeProduct(product: ImplicitProduct): { lanes: number; depths: number; panel: number } {
    return {
      lanes: this.take(product.lanes.byteLength),
      depths: this.take(product.depths.byteLength),
      panel: this.take(implicitGemmScratchBytes(product.block)),
    };
  }
}
