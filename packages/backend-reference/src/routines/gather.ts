import { contiguousStrides, elementCount } from "@dl/backend";
import { StridedWalk } from "../strided-walk.ts";
import { checkIndex } from "./check-index.ts";
import type { RoutineImplementation, RoutineInput } from "./routine.ts";

export const gather: RoutineImplementation<"gather"> = ({ axis }, [x, indices], [result]) => {
  indexedPositions("gather", x!, indices!, axis).forEach((position, i) => {
    result![i] = x!.elements[x!.offset + position]!;
  });
};

/** For each index in row-major order, the place in x it stands for, counted from x's first element. */
export function indexedPositions(
  routine: "gather" | "scatter",
  x: RoutineInput,
  indices: RoutineInput,
  axis: number,
): Int32Array {
  const strides = contiguousStrides(x.shape);
  const count = elementCount(indices.shape);
  const others = strides.map((stride, i) => (i === axis ? 0 : stride));
  const walk = new StridedWalk(indices.shape, [others]);
  const positions = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const index = indices.elements[indices.offset + i]!;
    checkIndex(routine, index, x.shape[axis]!);
    positions[i] = walk.offsets[0]! + index * strides[axis]!;
    walk.next();
  }
  return positions;
}
