import type { Binding, RowMoments } from "@dl/backend";
import type { CpuDevice } from "./cpu-device.ts";
import {
  emitRowMoments,
  productScratchBytes,
  TILE,
  type RowMomentsExports,
} from "./kernels/row-moments.ts";

const linked = new WeakMap<CpuDevice, RowMomentsExports>();

/** Mean of the rows of a contiguous float32 matrix, and the sums of the products of what is left; see {@link RowMoments}. */
export function rowMoments(
  device: CpuDevice,
  matrix: Binding,
  rows: number,
  columns: number,
): RowMoments {
  const exports = linked.get(device) ?? device.link<RowMomentsExports>(emitRowMoments);
  linked.set(device, exports);
  const padded = Math.ceil(columns / TILE) * TILE;
  const [meanBytes, sumBytes] = [8 * padded, 8 * padded * padded];
  const scratchBytes = productScratchBytes(padded);
  // A unit is a quarter of a product; one in float64 is two.
  const work = rows * padded * (padded / 4);
  // Each part puts all rows in float64, so there are no more parts than threads.
  const parts = device.parts(Math.min(padded / TILE, device.pool?.threads ?? 1), work);
  const x = device.bindingAddress(matrix);
  const moments = {
    mean: new Float64Array(columns),
    scatter: new Float64Array(columns * columns),
  };
  device.withScratch(meanBytes + sumBytes + parts * scratchBytes, (mean) => {
    const wide = (address: number, length: number): Float64Array =>
      new Float64Array(device.memory.memory.buffer, address, length);
    const sums = mean + meanBytes;
    wide(mean, (meanBytes + sumBytes + parts * scratchBytes) / 8).fill(0);
    exports.addRows(x, rows, columns, mean);
    const means = wide(mean, columns);
    for (let k = 0; k < columns; k++) means[k]! /= rows;
    moments.mean.set(means);
    device.runParts(exports, parts, work, (own, part) => {
      const scratch = sums + sumBytes + part * scratchBytes;
      const [first, end] = [columnCut(padded, parts, part), columnCut(padded, parts, part + 1)];
      own.addProducts(x, rows, columns, padded, mean, sums, first, end, scratch);
    });
    const upper = wide(sums, padded * padded);
    const { scatter } = moments;
    for (let i = 0; i < columns; i++)
      for (let j = i; j < columns; j++)
        scatter[i * columns + j] = scatter[j * columns + i] = upper[i * padded + j]!;
  });
  return moments;
}

/** Where a part begins: a row of the upper triangle is the shorter the later, and every part has the same area. */
function columnCut(padded: number, parts: number, part: number): number {
  const tiles = padded / TILE;
  return Math.round(tiles * (1 - Math.sqrt(1 - part / parts))) * TILE;
}
