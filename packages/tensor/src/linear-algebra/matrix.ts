/** One matrix on the host, row by row, in float64. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly elements: Float64Array;
}

/** Distance from 1 to the next double. */
export const doubleEpsilon = 2 ** -52;

/** Zeros, or the elements given. */
export function matrix(
  rows: number,
  columns: number,
  elements: Float64Array = new Float64Array(rows * columns),
): Matrix {
  return { rows, columns, elements };
}

export function identity(size: number): Matrix {
  const result = matrix(size, size);
  for (let i = 0; i < size; i++) result.elements[i * size + i] = 1;
  return result;
}

export function transposeOf({ rows, columns, elements }: Matrix): Matrix {
  const result = matrix(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result.elements[j * rows + i] = elements[i * columns + j]!;
  return result;
}

/** a · b. */
export function productOf(a: Matrix, b: Matrix): Matrix {
  const result = matrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.columns; k++)
      addMultiple(row(result, i), row(b, k), a.elements[i * a.columns + k]!);
  return result;
}

/** The elements of one row, not a copy. */
export function row({ columns, elements }: Matrix, i: number): Float64Array {
  return elements.subarray(i * columns, (i + 1) * columns);
}

export function dotOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** target += factor · source. */
export function addMultiple(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}

/** The mean of a square matrix and its transpose. */
export function symmetricPart(a: Matrix): Matrix {
  const n = a.rows;
  const result = matrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      result.elements[i * n + j] = a.elements[i * n + j]! / 2 + a.elements[j * n + i]! / 2;
  return result;
}

export function largestMagnitude(elements: Float64Array): number {
  let largest = 0;
  for (const element of elements) largest = Math.max(largest, Math.abs(element));
  return largest;
}

/** The matrix divided by its largest magnitude, so that squares neither overflow nor vanish. */
export function scaled(a: Matrix): { readonly unit: Matrix; readonly scale: number } {
  const scale = largestMagnitude(a.elements) || 1;
  return {
    unit: matrix(
      a.rows,
      a.columns,
      a.elements.map((element) => element / scale),
    ),
    scale,
  };
}
