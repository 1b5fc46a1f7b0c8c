import type { Backend, Binding } from "./backend.ts";

/** What the rows of a matrix are on average, and how they vary, in float64. */
export interface RowMoments {
  /** [columns]. */
  readonly mean: Float64Array;
  /** Σ (row - mean) (row - mean)ᵀ over the rows: [columns * columns], row by row, symmetric. */
  readonly scatter: Float64Array;
}

/** A backend that can sum rows and their products in float64 where they lie. */
export interface MomentsBackend extends Backend {
  /** Of a contiguous float32 matrix of at least one row and one column, after all dispatched work. */
  rowMoments(matrix: Binding, rows: number, columns: number): Promise<RowMoments>;
}
