import { splitAtAxis } from "./axis-split.ts";
import { checkIndex } from "./check-index.ts";
import type { RoutineImplementation } from "./routine.ts";

export const indexSelect: RoutineImplementation<"indexSelect"> = (
  { axis },
  [x, indices],
  [result],
) => {
  const { outer, size, inner } = splitAtAxis(x!.shape, axis);
  const count = indices!.shape[0]!;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++) {
      const index = indices!.elements[indices!.offset + i]!;
      checkIndex("indexSelect", index, size);
      const from = x!.offset + (o * size + index) * inner;
      result!.set(x!.elements.subarray(from, from + inner), (o * count + i) * inner);
    }
};
