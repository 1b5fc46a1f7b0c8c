import type { Shape, StorageArray } from "@dl/backend";

/** Elements to read: element (i, j, ...) is `elements[offset + i * strides[0] + ...]`. */
export interface StridedElements {
  readonly elements: StorageArray;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Visits every position of a shape in row-major order and knows where each operand stands. */
export class StridedWalk {
  readonly offsets: number[];
  private readonly shape: Shape;
  private readonly strides: readonly (readonly number[])[];
  private readonly position: number[];

  constructor(shape: Shape, strides: readonly (readonly number[])[], starts?: readonly number[]) {
    this.shape = shape;
    this.strides = strides;
    this.position = shape.map(() => 0);
    this.offsets = strides.map((_, operand) => starts?.[operand] ?? 0);
  }

  next(): void {
    const { shape, strides, position, offsets } = this;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const last = shape[axis]! - 1;
      const wraps = position[axis] === last;
      position[axis] = wraps ? 0 : position[axis]! + 1;
      for (let operand = 0; operand < offsets.length; operand++) {
        const stride = strides[operand]![axis]!;
        offsets[operand] = offsets[operand]! + (wraps ? -stride * last : stride);
      }
      if (!wraps) return;
    }
  }
}
