import type { RowMoments } from "@dl/backend";
import { checkElements } from "./check-elements.ts";

/** Rows that are gone through together: they stay in a cache of the first or second level. */
const blockRows = 64;

/**
 * {@link rowMoments} of numbers that were read: rows one after another.
 *
 * Shape: elements [rows * columns] → mean [columns], scatter [columns * columns].
 * @throws {ArgumentError | ShapeError} unless there are so many elements.
 * @example
 * hostRowMoments(Float64Array.of(1, 0, 3, 4), 2, 2).scatter; // => [2, 4, 4, 8]
 */
export function hostRowMoments(elements: Float64Array, rows: number, columns: number): RowMoments {
  checkElements("hostRowMoments", elements, rows, columns);
  const mean = new Float64Array(columns);
  for (let start = 0; start < elements.length; start += columns)
    for (let k = 0; k < columns; k++) mean[k]! += elements[start + k]!;
  for (let k = 0; k < columns; k++) mean[k]! /= rows;
  return { mean, scatter: scatterOf(elements, rows, mean) };
}

/** Blocks of rows stay in the cache, while tiles of 2 x 4 sums stay in registers. */
function scatterOf(elements: Float64Array, rows: number, mean: Float64Array): Float64Array {
  const columns = mean.length;
  const padded = Math.ceil(columns / 4) * 4;
  const sums = new Float64Array(padded * padded);
  const block = new Float64Array(blockRows * padded);
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    for (let r = 0; r < count; r++)
      for (let k = 0; k < columns; k++)
        block[r * padded + k] = elements[(first + r) * columns + k]! - mean[k]!;
    for (let i = 0; i < padded; i += 2)
      for (let j = i & ~3; j < padded; j += 4) addTile(block, count * padded, padded, i, j, sums);
  }
  const scatter = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++)
    for (let j = i; j < columns; j++)
      scatter[i * columns + j] = scatter[j * columns + i] = sums[i * padded + j]!;
  return scatter;
}

/** Adds Σ over rows of x[i..i+1] x[j..j+3]ᵀ to the sums. */
function addTile(
  x: Float64Array,
  end: number,
  width: number,
  i: number,
  j: number,
  sums: Float64Array,
): void {
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  for (let p = i, q = j; p < end; p += width, q += width) {
    const a0 = x[p]!;
    const a1 = x[p + 1]!;
    const b0 = x[q]!;
    const b1 = x[q + 1]!;
    const b2 = x[q + 2]!;
    const b3 = x[q + 3]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
  }
  const upper = i * width + j;
  sums[upper]! += s00;
  sums[upper + 1]! += s01;
  sums[upper + 2]! += s02;
  sums[upper + 3]! += s03;
  const lower = upper + width;
  sums[lower]! += s10;
  sums[lower + 1]! += s11;
  sums[lower + 2]! += s12;
  sums[lower + 3]! += s13;
}
