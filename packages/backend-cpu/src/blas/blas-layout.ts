import type { MatmulArguments } from "../kernels/matmul.ts";

/**
 * A matrix as BLAS sees it: rows, or columns where it is stored transposed, `stride` floats apart.
 *
 * Undefined where neither rows nor columns are contiguous, or they overlap.
 */
export function leadingAxis(
  rows: number,
  columns: number,
  rowStride: number,
  columnStride: number,
): { readonly isTransposed: boolean; readonly stride: number } | undefined {
  if (columnStride === 1 && rowStride >= columns) return { isTransposed: false, stride: rowStride };
  if (rowStride === 1 && columnStride >= rows) return { isTransposed: true, stride: columnStride };
  return undefined;
}

/** Whether a system BLAS can do a product, and would be faster at it. */
export function fitsBlas(problem: MatmulArguments): boolean {
  const { m, n, k } = problem;
  return (
    Math.min(m, n, k) >= smallestSide &&
    m * n * k >= smallestProduct &&
    leadingAxis(m, k, problem.aRowStride, problem.aDepthStride) !== undefined &&
    leadingAxis(k, n, problem.bDepthStride, problem.bColumnStride) !== undefined
  );
}

const smallestSide = 8;
const smallestProduct = 0x8000; // 32 x 32 x 32
