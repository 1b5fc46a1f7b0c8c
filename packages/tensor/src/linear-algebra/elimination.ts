/**
 * P A = L U in A's own place, the first n² elements: L below the diagonal, with ones on its own. Row i
 * of it is row `order[i]` of A; the sign of the permutation comes back. The largest element of each
 * column is its pivot.
 */
export function eliminate(lu: Float64Array, order: Int32Array, n: number): 1 | -1 {
  let sign: 1 | -1 = 1;
  for (let i = 0; i < n; i++) order[i] = i;
  for (let k = 0; k < n; k++) {
    const top = k * n;
    let best = k;
    let largest = Math.abs(lu[top + k]!);
    for (let i = k + 1; i < n; i++) {
      const size = Math.abs(lu[i * n + k]!);
      if (size <= largest) continue;
      largest = size;
      best = i;
    }
    if (best !== k) {
      for (let j = 0; j < n; j++) {
        const moved = lu[top + j]!;
        lu[top + j] = lu[best * n + j]!;
        lu[best * n + j] = moved;
      }
      const moved = order[k]!;
      order[k] = order[best]!;
      order[best] = moved;
      sign = sign === 1 ? -1 : 1;
    }
    const pivot = lu[top + k]!;
    if (pivot === 0) continue;
    for (let i = k + 1; i < n; i++) {
      const row = i * n;
      const factor = lu[row + k]! / pivot;
      lu[row + k] = factor;
      if (factor !== 0) for (let j = k + 1; j < n; j++) lu[row + j]! -= factor * lu[top + j]!;
    }
  }
  return sign;
}

/** X with A X = B, from what {@link eliminate} made of A; X begins at `start`, B at `from`. */
export function solveEliminated(
  lu: Float64Array,
  order: Int32Array,
  n: number,
  b: Float64Array,
  from: number,
  x: Float64Array,
  start: number,
  columns: number,
): void {
  for (let i = 0; i < n; i++) {
    const source = from + order[i]! * columns;
    const row = start + i * columns;
    for (let j = 0; j < columns; j++) x[row + j] = b[source + j]!;
    for (let k = 0; k < i; k++) {
      const factor = lu[i * n + k]!;
      const other = start + k * columns;
      for (let j = 0; j < columns; j++) x[row + j]! -= factor * x[other + j]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = start + i * columns;
    for (let k = i + 1; k < n; k++) {
      const factor = lu[i * n + k]!;
      const other = start + k * columns;
      for (let j = 0; j < columns; j++) x[row + j]! -= factor * x[other + j]!;
    }
    const pivot = lu[i * n + i]!;
    for (let j = 0; j < columns; j++) x[row + j]! /= pivot;
  }
}

/** The determinant, from what {@link eliminate} made of a matrix and gave back. */
export function productOfPivots(lu: Float64Array, n: number, sign: 1 | -1): number {
  let product: number = sign;
  for (let i = 0; i < n; i++) product *= lu[i * (n + 1)]!;
  return product;
}
