import type { Layout } from "@dl/backend";
import {
  emitMatmul,
  matmul as multiply,
  matmulScratchBytes,
  type MatmulExports,
} from "../kernels/matmul.ts";
import type { RoutineImplementation } from "./routine.ts";

/** One product for each position on the batch axes; packing scratch comes from the pool. */
export const matmul: RoutineImplementation<"matmul"> = (device) => {
  const exports = device.link<MatmulExports>(emitMatmul);
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
    const scratchBytes = matmulScratchBytes(m, n, k);
    return (inputs, outputs) => {
      if (m === 0 || n === 0) return;
      const aBase = device.bindingAddress(inputs[0]!);
      const bBase = device.bindingAddress(inputs[1]!);
      const cBase = device.address(outputs[0]!);
      device.withScratch(scratchBytes, (scratch) => {
        for (let batch = 0; batch < aOffsets.length; batch++)
          multiply(
            exports,
            {
              a: aBase + 4 * aOffsets[batch]!,
              b: bBase + 4 * bOffsets[batch]!,
              c: cBase + 4 * batch * m * n,
              m,
              n,
              k,
              ...strides,
            },
            scratch,
          );
      });
    };
  };
};

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
