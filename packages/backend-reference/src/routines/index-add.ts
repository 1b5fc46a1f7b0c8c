import { wrap } from "../arithmetic.ts";
import { splitAtAxis } from "./axis-split.ts";
import { checkIndex } from "./check-index.ts";
import type { RoutineImplementation } from "./routine.ts";

export const indexAdd: RoutineImplementation<"indexAdd"> = (
  { axis },
  [x, indices, source],
  [result],
  [spec],
) => {
  const out = result!;
  out.set(x!.elements.subarray(x!.offset, x!.offset + out.length));
  const { outer, size, inner } = splitAtAxis(x!.shape, axis);
  const count = indices!.shape[0]!;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++) {
      const index = indices!.elements[indices!.offset + i]!;
      checkIndex("indexAdd", index, size);
      const from = source!.offset + (o * count + i) * inner;
      const to = (o * size + index) * inner;
      for (let j = 0; j < inner; j++)
        out[to + j] = wrap(spec!.dtype, out[to + j]! + source!.elements[from + j]!);
    }
};
