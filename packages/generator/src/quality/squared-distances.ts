import type { Features } from "./features.ts";

/** Rows of the first set that are held against all of the second at a time; they stay in the cache. */
const stripRows = 32;

/**
 * Visits the squared distances of each row of `a` to all rows of `b`: Σ (aₖ - bₖ)², which is 0 for equal
 * rows and the same both ways, so that ties are ties. Never more than a strip of the pairs is there at
 * once.
 */
export function visitSquaredDistances(
  a: Features,
  b: Features,
  visit: (row: number, distances: Float64Array) => void,
): void {
  const [rows, width] = a.shape;
  const [columns] = b.shape;
  const strip = new Float64Array(Math.min(stripRows, rows) * columns);
  for (let first = 0; first < rows; first += stripRows) {
    const end = Math.min(first + stripRows, rows);
    const block = a.data.subarray(first * width, end * width);
    for (let j = 0; j < columns; j += 4)
      for (let i = 0; i < end - first; i += 2) fillTile(block, b.data, width, i, j, columns, strip);
    for (let i = first; i < end; i++)
      visit(i, strip.subarray((i - first) * columns, (i - first + 1) * columns));
  }
}

/**
 * Distances of rows i and i + 1 of `a` to rows j to j + 3 of `b`: as many sums as stay in registers. Past
 * the end, the last row is taken again and written to the same place.
 */
function fillTile(
  a: Float64Array,
  b: Float64Array,
  width: number,
  i: number,
  j: number,
  columns: number,
  strip: Float64Array,
): void {
  const [i1, lastRow] = [i + 1, a.length / width - 1];
  const below = i1 < lastRow ? i1 : lastRow;
  const last = columns - 1;
  const j1 = j + 1 < last ? j + 1 : last;
  const j2 = j + 2 < last ? j + 2 : last;
  const j3 = j + 3 < last ? j + 3 : last;
  const [p0, p1] = [i * width, below * width];
  const [q0, q1, q2, q3] = [j * width, j1 * width, j2 * width, j3 * width];
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  for (let k = 0; k < width; k++) {
    const a0 = a[p0 + k]!;
    const a1 = a[p1 + k]!;
    const b0 = b[q0 + k]!;
    const b1 = b[q1 + k]!;
    const b2 = b[q2 + k]!;
    const b3 = b[q3 + k]!;
    s00 += (a0 - b0) * (a0 - b0);
    s01 += (a0 - b1) * (a0 - b1);
    s02 += (a0 - b2) * (a0 - b2);
    s03 += (a0 - b3) * (a0 - b3);
    s10 += (a1 - b0) * (a1 - b0);
    s11 += (a1 - b1) * (a1 - b1);
    s12 += (a1 - b2) * (a1 - b2);
    s13 += (a1 - b3) * (a1 - b3);
  }
  const [upper, lower] = [i * columns, below * columns];
  strip[upper + j] = s00;
  strip[upper + j1] = s01;
  strip[upper + j2] = s02;
  strip[upper + j3] = s03;
  strip[lower + j] = s10;
  strip[lower + j1] = s11;
  strip[lower + j2] = s12;
  strip[lower + j3] = s13;
}
