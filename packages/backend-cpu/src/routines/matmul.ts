import type { Layout } from "@dl/backend";
import type { DeepProductExports, DeepProducts } from "../kernels/deep-product.ts";
import {
  emitMatmul,
  isDeep,
  matmul as multiply,
  matmulMethod,
  matmulScratchBytes,
  type MatmulMethod,
} from "../kernels/matmul.ts";
import type { CpuDevice } from "../cpu-device.ts";
import { missingPart } from "../missing-part.ts";
import { splitRange } from "../threads/split-range.ts";
import type { RoutineImplementation } from "./routine.ts";

/** One product for each position on the batch axes; packing scratch comes from the pool. */
export const matmul: RoutineImplementation<"matmul"> = (device) => {
  const exports = device.link<DeepProductExports>((module) => {
    emitMatmul(module);
    device.deepProducts?.emit(module);
  });
  return (program) => {
    const [a, b] = program.inputs.map(({ layout }) => layout) as [Layout, Layout];
    const ndim = a.shape.length;
    const [m, k, n] = [a.shape[ndim - 2]!, a.shape[ndim - 1]!, b.shape[ndim - 1]!];
    const strides = {
      aRowStride: a.strides[ndim - 2]!,
      aDepthStride: a.strides[ndim - 1]!,
      bDepthStride: b.strides[ndim - 2]!,
      bColumnStride: b.strides[ndim - 1]!,
      cRowStride: n,
    };
    const batchShape = a.shape.slice(0, -2);
    const aOffsets = batchOffsets(batchShape, a.strides);
    const bOffsets = batchOffsets(batchShape, b.strides);
    const batches = aOffsets.length;
    const sizes = { a: 0, b: 0, c: 0, m, n, k, ...strides };
    const method = matmulMethod(sizes);
    const blas = device.blas?.fits(sizes) === true ? device.blas : undefined;
    const deep = isDeep(sizes) && blas === undefined ? deepProductsOf(device) : undefined;
    const work = (batches * m * n * k) / 4;
    return (inputs, outputs) => {
      if (m === 0 || n === 0) return;
      const aBase = device.bindingAddress(inputs[0]!);
      const bBase = device.bindingAddress(inputs[1]!);
      const cBase = device.address(outputs[0]!);
      if (blas !== undefined) {
        for (let batch = 0; batch < batches; batch++)
          blas.multiply(device.memory, {
            ...sizes,
            a: aBase + 4 * aOffsets[batch]!,
            b: bBase + 4 * bOffsets[batch]!,
            c: cBase + 4 * batch * m * n,
          });
        return;
      }
      const cut = cutOf(device, method, batches, m, n, work);
      const { parts } = cut;
      const [rows, columns] = [
        largestPart(m, cut.rowStep, parts),
        largestPart(n, cut.columnStep, parts),
      ];
      const scratchBytes =
        deep?.scratchBytes(rows, columns, method) ?? matmulScratchBytes(rows, columns, k);
      device.withScratch(parts * scratchBytes, (scratch) =>
        device.runParts(exports, parts, work, (own, part) => {
          const range = (total: number, step: number): readonly [number, number] =>
            step === 0 ? [0, total] : splitRange(total, parts, part, step);
          const [row, rowEnd] = range(m, cut.rowStep);
          const [column, columnEnd] = range(n, cut.columnStep);
          const [first, end] = range(batches, cut.batchStep);
          if (row === rowEnd || column === columnEnd) return;
          const room = scratch + part * scratchBytes;
          for (let batch = first; batch < end; batch++) {
            const problem = {
              a: aBase + 4 * (aOffsets[batch]! + row * strides.aRowStride),
              b: bBase + 4 * (bOffsets[batch]! + column * strides.bColumnStride),
              c: cBase + 4 * ((batch * m + row) * n + column),
              m: rowEnd - row,
              n: columnEnd - column,
              k,
              ...strides,
            };
            if (deep === undefined) multiply(own, problem, room, false, method);
            else deep.multiply(own, problem, room, method);
          }
        }),
      );
    };
  };
};

/** @throws {UnsupportedError} on a backend made without. */
function deepProductsOf({ deepProducts }: CpuDevice): DeepProducts {
  if (deepProducts === undefined)
    throw missingPart("products over more than 4096 terms", "deepKernels");
  return deepProducts;
}

/** Into how many parts a product is cut, and at multiples of what; 0 where it is not. */
interface Cut {
  readonly parts: number;
  readonly batchStep: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Many products are shared out whole; of a few the longer side is cut, where panels of a kernel end. */
function cutOf(
  device: CpuDevice,
  method: MatmulMethod,
  batches: number,
  m: number,
  n: number,
  work: number,
): Cut {
  const byBatches = device.parts(batches, work);
  if (batches >= manyProducts || (byBatches === 1 && batches > 1))
    return { parts: byBatches, batchStep: 1, rowStep: 0, columnStep: 0 };
  const isByRows = method === "packed" ? m > n : n === 1;
  const step = panelSteps[method];
  // Every part packs the other operand for itself, so parts are few.
  const most = Math.min(Math.ceil((isByRows ? m : n) / step), device.pool?.threads ?? 1);
  const parts = device.parts(most, work);
  return { parts, batchStep: 0, rowStep: isByRows ? step : 0, columnStep: isByRows ? 0 : step };
}

const manyProducts = 8;

/** Multiples of both sides of a tile, or of the strip, of columns or rows, a kernel sums side by side. */
const panelSteps: { readonly [Method in MatmulMethod]: number } = {
  packed: 8,
  dot: 4,
  rows: 16,
  column: 16,
};

const largestPart = (total: number, step: number, parts: number): number =>
  step === 0 ? total : Math.min(total, Math.ceil(Math.ceil(total / step) / parts) * step);

/** Where each batch begins, in elements, in row-major order of the batch axes. */
function batchOffsets(shape: readonly number[], strides: readonly number[]): number[] {
  return shape.reduce<number[]>(
    (offsets, size, axis) =>
      offsets.flatMap((offset) =>
        Array.from({ length: size }, (_, i) => offset + i * strides[axis]!),
      ),
    [0],
  );
}
