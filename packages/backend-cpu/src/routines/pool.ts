import type { BufferHandle, Binding, Pool2dParameters, Shape } from "@dl/backend";
import type { CpuDevice, Kernel } from "../cpu-device.ts";
import { splitRange } from "../threads/split-range.ts";
import { emitPool, poolWords, type PoolArguments } from "./pool-kernel.ts";

export interface PoolExports {
  readonly run: Kernel;
}

/** The kernels of pooling on one device. */
export class PoolKernels {
  readonly #device: CpuDevice;
  #dense: PoolExports | undefined;
  #spread: PoolExports | undefined;

  constructor(device: CpuDevice) {
    this.#device = device;
  }

  /** `isDense`: neighbouring windows start at neighbouring cells. */
  kernel(isDense: boolean): PoolExports {
    const link = (): PoolExports =>
      this.#device.link<PoolExports>((module) => emitPool(module, isDense));
    return isDense ? (this.#dense ??= link()) : (this.#spread ??= link());
  }
}

/** A pooling program's sizes as a kernel takes them. */
export interface PoolPlan {
  readonly planes: number;
  readonly sizes: Omit<PoolArguments, PoolAddresses>;
  /** Elements of a padded plane; 0 where nothing is padded. */
  readonly paddedCount: number;
  readonly isDense: boolean;
}

type PoolAddresses = "x" | "values" | "positions" | "columnTable" | "rowTable" | "padded";

export function planPool(
  { kernelSize, stride, dilation, padding }: Pool2dParameters,
  input: Shape,
  output: Shape,
): PoolPlan {
  const [batch, channels, height, width] = input as [number, number, number, number];
  const [top, bottom, left, right] = padding;
  const paddedWidth = width + left + right;
  const isPadded = padding.some((cells) => cells > 0);
  return {
    planes: batch * channels,
    paddedCount: isPadded ? (height + top + bottom) * paddedWidth : 0,
    isDense: stride[1] === 1,
    sizes: {
      height,
      width,
      paddedWidth,
      interior: 4 * (top * paddedWidth + left),
      outHeight: output[2]!,
      outWidth: output[3]!,
      kernelHeight: kernelSize[0],
      kernelWidth: kernelSize[1],
      rowStride: stride[0],
      columnStride: stride[1],
      rowDilation: dilation[0],
      columnDilation: dilation[1],
      origin: -top * width - left,
    },
  };
}

/** Runs a plan; the tables hold a word for each row and column of windows. */
export function runPool(
  device: CpuDevice,
  kernel: PoolExports,
  plan: PoolPlan,
  tables: { readonly rows: Int32Array; readonly columns: Int32Array },
  inputs: readonly Binding[],
  outputs: readonly BufferHandle[],
): void {
  const { rows, columns } = tables;
  const { kernelHeight, kernelWidth } = plan.sizes;
  const work = 2 * plan.planes * rows.length * columns.length * kernelHeight * kernelWidth;
  const parts = device.parts(plan.planes, work);
  const tableBytes = 4 * (rows.length + columns.length);
  // Each part pads planes in a place of its own, told by arguments of its own.
  const partBytes = 4 * (plan.paddedCount + poolWords.length);
  device.withScratch(tableBytes + parts * partBytes + 64, (rowTable) => {
    const { i32, f32 } = device.memory;
    const columnTable = rowTable + 4 * rows.length;
    i32.set(rows, rowTable / 4);
    i32.set(columns, columnTable / 4);
    device.runParts(kernel, parts, work, ({ run }, part) => {
      const words = rowTable + tableBytes + part * partBytes;
      const padded = plan.paddedCount > 0 ? words + 4 * poolWords.length : 0;
      if (padded > 0) f32.fill(-Infinity, padded / 4, padded / 4 + plan.paddedCount);
      const values: PoolArguments = {
        ...plan.sizes,
        x: device.bindingAddress(inputs[0]!),
        values: device.address(outputs[0]!),
        positions: device.address(outputs[1]!),
        rowTable,
        columnTable,
        padded,
      };
      poolWords.forEach((name, i) => (i32[words / 4 + i] = values[name]));
      const [begin, end] = splitRange(plan.planes, parts, part);
      run(words, device.scratch(part), begin, end);
    });
  });
}
