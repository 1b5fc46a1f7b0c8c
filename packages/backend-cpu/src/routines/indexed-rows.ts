import { contiguousStrides } from "@dl/backend";

/**
 * How `gather` and `scatter` find their elements: element j of row r of the indices stands for
 * `starts[r] + index * axisStride + j * step` of x, in elements.
 */
export interface IndexedRows {
  readonly starts: Int32Array;
  readonly rowLength: number;
  readonly axisStride: number;
  readonly step: 0 | 1;
}

export function indexedRows(
  shape: readonly number[],
  indices: readonly number[],
  axis: number,
): IndexedRows {
  const strides = contiguousStrides(shape);
  const last = indices.length - 1;
  let starts = [0];
  for (let i = 0; i < last; i++) {
    const stride = i === axis ? 0 : strides[i]!;
    starts = starts.flatMap((start) =>
      Array.from({ length: indices[i]! }, (_, j) => start + j * stride),
    );
  }
  return {
    starts: Int32Array.from(starts),
    rowLength: indices[last]!,
    axisStride: strides[axis]!,
    step: axis === last ? 0 : 1,
  };
}
