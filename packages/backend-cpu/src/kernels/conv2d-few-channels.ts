import type { Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import type { Conv2dExports } from "./conv2d.ts";
import { outputSize, ScratchLayout, tapReach, type Conv2dShape } from "./conv2d-plan.ts";
import { emitMatmulPacked, matmulScratchBytes, type MatmulExports } from "./matmul.ts";
import { TILE_ROWS } from "./micro-kernel.ts";
import { emitPlanes } from "./planes.ts";

type Kernel = (...parameters: number[]) => void;
export type TapExports = Pick<MatmulExports, "matmulPacked"> &
  Pick<Conv2dExports, "fillZero" | "copyPlanes"> &
  Readonly<Record<"addPlanes", Kernel>>;

/** Fewer input channels than rows of a tile would leave some of it without use. */
export const hasFewChannels = ({ groups, inChannels }: Conv2dShape): boolean =>
  groups === 1 && inChannels < TILE_ROWS;

/**
 * Exports `matmulPacked`, those of `emitPlanes`, and
 * `addPlanes(source, target, planes, height, width, s...)`: target[p][y][x] += source[p][y][x], where the five last
 * parameters are byte strides: source plane, row, then target plane, row, column; the source's columns are neighbours.
 */
export function emitTapProducts(module: ModuleBuilder): void {
  emitMatmulPacked(module);
  emitPlanes(module);
  module.exported("addPlanes", Array<"i32">(10).fill("i32"), [], (body) => {
    const [source, target, planes, height, width, fromPlane, fromRow, toPlane, toRow, toColumn] =
      body.parameters as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
    const locals = Array.from({ length: 7 }, () => body.local("i32"));
    const [plane, y, from, to, end, fromLine, toLine] = locals as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    body.countUp(plane, planes, 1, () => {
      body.get(source).set(fromLine);
      body.get(target).set(toLine);
      body.get(0).set(y);
      body.countUp(y, height, 1, () => {
        body.get(fromLine).set(from);
        body.get(toLine).set(to);
        body.op("i32.shl", width, 2).op("i32.add", from).set(end);
        body.countUp(from, end, 4, () => {
          body.get(to).load("f32.load", to).load("f32.load", from).op("f32.add").store("f32.store");
          body.op("i32.add", to, toColumn).set(to);
        });
        body.op("i32.add", fromLine, fromRow).set(fromLine);
        body.op("i32.add", toLine, toRow).set(toLine);
      });
      body.op("i32.add", source, fromPlane).set(source);
      body.op("i32.add", target, toPlane).set(target);
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

export function planFewChannels(shape: Conv2dShape): FewChannelsPlan {
  const { inChannels, outChannels, inputSize, kernelSize } = shape;
  const dySize = outputSize(shape);
  const pixels = dySize[0] * dySize[1];
  const taps: TapPlane[] = [];
  for (let channel = 0; channel < inChannels; channel++)
    for (let y = 0; y < kernelSize[0]; y++)
      for (let x = 0; x < kernelSize[1]; x++) {
        const [down, across] = [tapReach(shape, 0, y, dySize[0]), tapReach(shape, 1, x, dySize[1])];
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
  exports: TapExports,
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
      exports.addPlanes(
        products + 4 * from,
        target + 4 * to,
        1,
        rows,
        columns,
        0,
        4 * dySize[1],
        0,
        4 * stride[0] * inputSize[1],
        4 * stride[1],
      );
  }
}
