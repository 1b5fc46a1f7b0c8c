import type { ModuleBuilder } from "../wasm/module-builder.ts";
import {
  columnsOf,
  type Conv2dRange,
  type Conv2dShape,
  type ImplicitProduct,
  implicitProduct,
  outputSize,
  packedRowsBytes,
  type PaddedPlane,
  paddedInput,
  ScratchLayout,
  tapOffsets,
  windowOffsets,
} from "./conv2d-plan.ts";
import { emitImplicitGemm } from "./implicit-gemm.ts";
import { emitPlanes } from "./planes.ts";

type Kernel = (...parameters: number[]) => void;
export type Conv2dExports = Readonly<
  Record<
    "packRows" | "packRowsByTable" | "implicitGemm" | "fillZero" | "addTo" | "copyPlanes",
    Kernel
  >
>;

/** An instantiated kernel module and the memory it works in. */
export interface Conv2dKernels {
  readonly exports: Conv2dExports;
  readonly memory: WebAssembly.Memory;
}

/** Adds the exports the three convolutions call to a module. */
export function emitConv2d(module: ModuleBuilder): void {
  emitImplicitGemm(module);
  emitPlanes(module);
}

// Above this, A no longer stays in L2 (512 KiB on the target), so one block of it serves all columns first.
const RESIDENT_BYTES = 0x4_0000;

/** Places of one product's parts, as byte addresses. */
export interface ProductAddresses {
  readonly a: number;
  readonly lanes: number;
  readonly depths: number;
  readonly panel: number;
}

/** C = or += A · gathered B; A packed at `at.a`. The order of summation does not depend on the order of the loops. */
export function runProduct(
  { implicitGemm, fillZero }: Conv2dExports,
  product: ImplicitProduct,
  at: ProductAddresses,
  source: number,
  c: number,
  cRowBytes: number,
  accumulate: boolean,
): void {
  const { rows, columns, depth, block } = product;
  if (depth === 0 && !accumulate)
    for (let row = 0; row < rows; row++) fillZero(c + row * cRowBytes, columns * 4);
  const step = packedRowsBytes(product) > RESIDENT_BYTES ? block : depth;
  for (let start = 0; start < depth; start += step)
    implicitGemm(
      at.a + start * Math.ceil(rows / 4) * 16,
      source,
      at.lanes,
      at.depths + start * 4,
      c,
      cRowBytes,
      rows,
      columns,
      Math.min(step, depth - start),
      block,
      accumulate || start > 0 ? 1 : 0,
      at.panel,
    );
}

/** Packs A [rows, depth] at `target`, block by block, from rows `rowFloats` apart whose elements are neighbours. */
export function packDenseRows(
  { packRows }: Conv2dExports,
  { rows, depth, block }: ImplicitProduct,
  source: number,
  rowFloats: number,
  target: number,
): void {
  for (let start = 0; start < depth; start += block)
    packRows(
      source + start * 4,
      rowFloats * 4,
      4,
      rows,
      Math.min(block, depth - start),
      target + start * Math.ceil(rows / 4) * 16,
    );
}

/** Copies an image of `channels` planes into the middle of its zero-filled padded copy. */
export function copyPadded(
  { copyPlanes }: Pick<Conv2dExports, "copyPlanes">,
  source: number,
  size: readonly [number, number],
  channels: number,
  plane: PaddedPlane,
  target: number,
): void {
  const inner = target + (plane.top * plane.width + plane.left) * 4;
  const planeBytes = plane.height * plane.width * 4;
  copyPlanes(
    source,
    inner,
    channels,
    size[0],
    size[1],
    size[0] * size[1] * 4,
    size[1] * 4,
    4,
    planeBytes,
    plane.width * 4,
    4,
  );
}

export function writeTables(
  memory: WebAssembly.Memory,
  product: ImplicitProduct,
  at: { lanes: number; depths: number },
): void {
  const words = new Int32Array(memory.buffer);
  words.set(product.lanes, at.lanes >>> 2);
  words.set(product.depths, at.depths >>> 2);
}

export interface Conv2dPlan {
  readonly shape: Conv2dShape;
  readonly plane: PaddedPlane;
  readonly product: ImplicitProduct;
  readonly pixels: number;
  /** Offsets into the scratch area. */
  readonly parts: {
    readonly lanes: number;
    readonly depths: number;
    readonly panel: number;
    readonly weights: number;
    readonly image: number;
  };
  readonly scratchBytes: number;
}

/** Everything about a convolution that follows from its shape; worth keeping between calls. */
export function planConv2d(shape: Conv2dShape): Conv2dPlan {
  const plane = paddedInput(shape);
  const size = outputSize(shape);
  const product = implicitProduct(
    shape.outChannels / shape.groups,
    windowOffsets(size, shape.stride, plane.width),
    tapOffsets(shape, plane),
  );
  const layout = new ScratchLayout();
  const parts = {
    ...layout.takeProduct(product),
    weights: layout.take(packedRowsBytes(product) * shape.groups),
    image: layout.take(plane.isPadded ? shape.inChannels * plane.height * plane.width * 4 : 0),
  };
  return {
    shape,
    plane,
    product,
    pixels: size[0] * size[1],
    parts,
    scratchBytes: layout.byteLength,
  };
}

/**
 * y = or += conv2d(x, weight), all byte addresses of contiguous float32 arrays; `scratch` is 16-byte aligned and
 * `plan.scratchBytes` long. Columns are pixels of the output.
 */
export function conv2d(
  kernels: Conv2dKernels,
  plan: Conv2dPlan,
  x: number,
  weight: number,
  y: number,
  { images, columns }: Conv2dRange,
  scratch: number,
  accumulate = false,
): void {
  const { shape, plane, product, pixels, parts } = plan;
  const part = columnsOf(product, columns);
  const { exports } = kernels;
  const { groups, inChannels, outChannels, inputSize } = shape;
  const groupPlanes = (inChannels / groups) * plane.height * plane.width * 4;
  const weightBytes = packedRowsBytes(product);
  const at = {
    lanes: scratch + parts.lanes,
    depths: scratch + parts.depths,
    panel: scratch + parts.panel,
  };
  const packed = scratch + parts.weights;
  writeTables(kernels.memory, product, at);
  for (let group = 0; group < groups; group++)
    packDenseRows(
      exports,
      product,
      weight + group * product.rows * product.depth * 4,
      product.depth,
      packed + group * weightBytes,
    );
  const padded = scratch + parts.image;
  if (plane.isPadded) exports.fillZero(padded, groupPlanes * groups);

  for (let image = images[0]; image < images[1]; image++) {
    let source = x + image * inChannels * inputSize[0] * inputSize[1] * 4;
    if (plane.isPadded) {
      copyPadded(exports, source, inputSize, inChannels, plane, padded);
      source = padded;
    }
    for (let group = 0; group < groups; group++)
      runProduct(
        exports,
        part.product,
        { ...at, a: packed + group * weightBytes, lanes: at.lanes + part.offset },
        source + group * groupPlanes,
        y + (image * outChannels + group * product.rows) * pixels * 4 + part.offset,
        pixels * 4,
        accumulate,
      );
  }
}
