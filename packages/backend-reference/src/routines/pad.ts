import { contiguousStrides } from "@dl/backend";
import { StridedWalk } from "../strided-walk.ts";
import type { RoutineImplementation } from "./routine.ts";

/** For each output cell, axis by axis, asks which input cell it shows. A negative border crops. */
export const pad: RoutineImplementation<"pad"> = (
  { before, interior, value },
  [x],
  [result],
  [spec],
) => {
  const sizes = x!.shape;
  const strides = contiguousStrides(sizes);
  const shape = spec!.shape;
  // One operand per axis: its offset is the position along that axis.
  const positions = new StridedWalk(
    shape,
    shape.map((_, axis) => shape.map((_size, other) => (other === axis ? 1 : 0))),
  );
  for (let i = 0; i < result!.length; i++) {
    let from = x!.offset;
    let isPadding = false;
    for (let axis = 0; axis < shape.length; axis++) {
      const source = (positions.offsets[axis]! - before[axis]!) / (interior[axis]! + 1);
      if (!Number.isInteger(source) || source < 0 || source >= sizes[axis]!) isPadding = true;
      from += source * strides[axis]!;
    }
    result![i] = isPadding ? value : x!.elements[from]!;
    positions.next();
  }
};
