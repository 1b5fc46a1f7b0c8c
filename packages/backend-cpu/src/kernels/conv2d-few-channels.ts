import type { Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import type { Conv2dExports } from "./conv2d.ts";
import { outputSize, ScratchLayout, type Conv2dShape } from "./conv2d-plan.ts";
import { emitMatmulPacked, matmulScratchBytes, type MatmulExports } from "./matmul.ts";
import { TILE_ROWS } from "./micro-kernel.ts";
import { emitPlanes } from "./planes.ts";

type Kernel = (...parameters: number[]) => void;
export type FewChannelsExports = Pick<MatmulExports, "matmulPacked"> &
  Pick<Conv2dExports, "fillZero"> &
  Readonly<Record<"addPlane", Kernel>>;

/** Fewer input channels than rows of a tile would leave some of it without use. */
export const hasFewChannels = ({ groups, inChannels }: Conv2dShape): boolean =>
  groups === 1 && inChannels < TILE_ROWS;

/**
 * Exports `matmulPacked`, `fillZero` and
 * `addPlane(source, target, height, width, fromRow, toRow, toColumn)`: target[y][x] += source[y][x], the last
 * three in bytes; the source's columns are neighbours.
 */
export function emitFewChannels(module: ModuleBuilder): void {
  emitMatmulPacked(module);
  emitPlanes(module);
  module.exported("addPlane", Array<"i32">(7).fill("i32"), [], (body) => {
    const [source, target, height, width, fromRow, toRow, toColumn] =
      body.parameters as unknown as readonly [Local, Local, Local, Local, Local, Local, Local];
    const [y, from, to, end] = [0, 1, 2, 3].map(() => body.local("i32")) as [
      Local,
      Local,
      Local,
      Local,
    ];
    body.countUp(y, height, 1, () => {
      body.get(source).set(from);
      body.get(target).set(to);
      body.op("i32.shl", width, 2).op("i32.add", from).set(end);
      body.countUp(from, end, 4, () => {
        body.get(to).load("f32.load", to).load("f32.load", from).op("f32.add").store("f32.store");
        body.op("i32.add", to, toColumn).set(to);
      });
      body.op("i32.add", source, fromRow).set(source);
      body.op("i32.add", target, toRow).set(target);
    });
  });
}

/** Where the products of one tap belong: whole rows and columns of dy, and of dx. */
interface TapPlane {
  readonly rows: number;
  readonly columns: number;
  /** In floats: from the tap's first product, and from the image's first pixel. */
  readonly from: number;
  readonly to: number;
}

export interface FewChannelsPlan {
  readonly shape: Conv2dShape;
  readonly dySize: readonly [number, number];
  readonly taps: readonly TapPlane[];
  readonly parts: { readonly products: number; readonly matmul: number };
  readonly scratchBytes: number;
}

/** Positions of dy along one axis whose tap falls inside the image. */
function reach(
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

export function planFewChannels(shape: Conv2dShape): FewChannelsPlan {
  const { inChannels, outChannels, inputSize, kernelSize } = shape;
  const dySize = outputSize(shape);
  const pixels = dySize[0] * dySize[1];
  const taps: TapPlane[] = [];
  for (let channel = 0; channel < inChannels; channel++)
    for (let y = 0; y < kernelSize[0]; y++)
      for (let x = 0; x < kernelSize[1]; x++) {
        const [down, across] = [reach(shape, 0, y, dySize[0]), reach(shape, 1, x, dySize[1])];
        taps.push({
          rows: across.count === 0 ? 0 : down.count,
          columns: across.count,
          from: taps.length * pixels + down.first * dySize[1] + across.first,
          to: (channel * inputSize[0] + down.to) * inputSize[1] + across.to,
        });
      }
  const layout = new ScratchLayout();
  const parts = {
    products: layout.take(4 * taps.length * pixels),
    matmul: layout.take(matmulScratchBytes(taps.length, pixels, outChannels)),
  };
  return { shape, dySize, taps, parts, scratchBytes: layout.byteLength };
}

/**
 * dx for few input channels: one product Wᵀ · dy for all taps, whose rows are then added where they belong.
 *
 * Byte addresses of contiguous float32 arrays; `scratch` is 16-byte aligned and `plan.scratchBytes` long.
 */
export function fewChannelsInputGradient(
  exports: FewChannelsExports,
  plan: FewChannelsPlan,
  dy: number,
  weight: number,
  dx: number,
  images: readonly [number, number],
  scratch: number,
): void {
  const { shape, dySize, taps, parts } = plan;
  const { inChannels, outChannels, inputSize, stride } = shape;
  const pixels = dySize[0] * dySize[1];
  const imageBytes = 4 * inChannels * inputSize[0] * inputSize[1];
  const products = scratch + parts.products;
  for (let image = images[0]; image < images[1]; image++) {
    const target = dx + image * imageBytes;
    exports.matmulPacked(
      weight,
      dy + 4 * image * outChannels * pixels,
      products,
      taps.length,
      pixels,
      outChannels,
      1,
      taps.length,
      pixels,
      1,
      pixels,
      scratch + parts.matmul,
      0,
    );
    exports.fillZero(target, imageBytes);
    for (const { rows, columns, from, to } of taps)
      exports.addPlane(
        products + 4 * from,
        target + 4 * to,
        rows,
        columns,
        4 * dySize[1],
        4 * stride[0] * inputSize[1],
        4 * stride[1],
      );
  }
}
