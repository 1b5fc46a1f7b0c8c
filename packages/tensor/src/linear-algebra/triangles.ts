/** A triangle of coefficients, and how it is read. */
export interface Triangle {
  readonly half: "lower" | "upper";
  /** With rows and columns exchanged. */
  readonly isTransposed: boolean;
}

/** The first row with a zero on the diagonal of the matrix that begins at `start`. */
export function zeroOnDiagonal(a: Float64Array, start: number, n: number): number | undefined {
  for (let i = 0; i < n; i++) if (a[start + i * (n + 1)] === 0) return i;
  return undefined;
}

/**
 * X with T X = B for the triangle T of the matrix that begins at `from` in `a`; B and X begin at `start`.
 * No object is made: most matrices are small, and there are many. X may lie in B's place.
 */
export function solveTriangleAt(
  { half, isTransposed }: Triangle,
  a: Float64Array,
  from: number,
  n: number,
  b: Float64Array,
  x: Float64Array,
  start: number,
  columns: number,
): void {
  const isForward = (half === "lower") !== isTransposed;
  const down = isTransposed ? 1 : n;
  const across = isTransposed ? n : 1;
  for (let step = 0; step < n; step++) {
    const i = isForward ? step : n - 1 - step;
    const row = from + i * down;
    const pivot = a[row + i * across]!;
    const first = isForward ? 0 : i + 1;
    const last = isForward ? i : n;
    for (let j = start; j < start + columns; j++) {
      let rest = b[j + i * columns]!;
      for (let k = first; k < last; k++) rest -= a[row + k * across]! * x[j + k * columns]!;
      x[j + i * columns] = rest / pivot;
    }
  }
}
