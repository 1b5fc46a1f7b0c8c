import type { HostDType, HostTensor } from "../bytes/host-tensor.ts";

/** Part of a storage, seen as a tensor. */
export interface View {
  /** Name of the storage. */
  readonly key: string;
  /** Elements of the storage. */
  readonly length: number;
  readonly dtype: HostDType;
  /** In elements, as the strides. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Elements of a view, and the last place of the storage that it reaches to; -1 for one without elements. */
export function extentOf({ offset, shape, strides }: View): { count: number; last: number } {
  let [count, last] = [1, offset];
  shape.forEach((size, axis) => {
    count *= size;
    last += (size - 1) * strides[axis]!;
  });
  return count === 0 ? { count, last: -1 } : { count, last };
}

/** Whether its elements lie row by row, without gaps. */
export function isContiguous({ shape, strides }: View): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return false;
    stride *= shape[axis]!;
  }
  return true;
}

/** The elements of a view, row by row; `width` numbers each. */
export function gathered(
  numbers: HostTensor["data"],
  view: View,
  count: number,
  width: number,
): HostTensor["data"] {
  const result = new (numbers.constructor as new (length: number) => HostTensor["data"])(
    count * width,
  );
  const axes = view.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const shape = axes.map((axis) => view.shape[axis]!);
  const strides = axes.map((axis) => view.strides[axis]!);
  const position = shape.map(() => 0);
  let from = view.offset;
  for (let to = 0; to < count; to++) {
    for (let k = 0; k < width; k++) result[to * width + k] = numbers[from * width + k]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= position[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}
