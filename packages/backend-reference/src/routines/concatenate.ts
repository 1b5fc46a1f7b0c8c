import { splitAtAxis } from "./axis-split.ts";
import type { RoutineImplementation } from "./routine.ts";

export const concatenate: RoutineImplementation<"concatenate"> = (
  { axis },
  inputs,
  [result],
  [spec],
) => {
  const { outer } = splitAtAxis(spec!.shape, axis);
  let to = 0;
  for (let o = 0; o < outer; o++)
    for (const { elements, offset, shape } of inputs) {
      const { size, inner } = splitAtAxis(shape, axis);
      const from = offset + o * size * inner;
      result!.set(elements.subarray(from, from + size * inner), to);
      to += size * inner;
    }
};
