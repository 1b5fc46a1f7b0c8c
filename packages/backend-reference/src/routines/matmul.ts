import type { RoutineImplementation } from "./routine.ts";
import { StridedWalk } from "../strided-walk.ts";

/** Row by row: row i of the result is the sum of the rows of b, weighted by row i of a. */
export const matmul: RoutineImplementation<"matmul"> = (_settings, [a, b], [result]) => {
  const [m, k] = a!.shape.slice(-2) as [number, number];
  const n = b!.shape.at(-1)!;
  const [aRow, aColumn] = a!.strides.slice(-2) as [number, number];
  const [bRow, bColumn] = b!.strides.slice(-2) as [number, number];
  const left = a!.elements;
  const right = b!.elements;
  const out = result!;
  const batchShape = a!.shape.slice(0, -2);
  const walk = new StridedWalk(batchShape, [a!.strides, b!.strides], [a!.offset, b!.offset]);
  for (let matrix = 0; matrix < out.length; matrix += m * n) {
    const [aOffset, bOffset] = walk.offsets as [number, number];
    for (let i = 0; i < m; i++) {
      const row = matrix + i * n;
      for (let p = 0; p < k; p++) {
        const weight = left[aOffset + i * aRow + p * aColumn]!;
        const from = bOffset + p * bRow;
        for (let j = 0; j < n; j++)
          out[row + j] = out[row + j]! + weight * right[from + j * bColumn]!;
      }
    }
    walk.next();
  }
};
