import { multiply, wrap } from "../arithmetic.ts";
import { splitAtAxis } from "./axis-split.ts";
import type { RoutineImplementation } from "./routine.ts";

export const scan: RoutineImplementation<"scan"> = (
  { op, axis, exclusive, reverse },
  [x],
  [result],
  [spec],
) => {
  const { outer, size, inner } = splitAtAxis(x!.shape, axis);
  const { dtype } = spec!;
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < inner; j++) {
      let sofar = op === "sum" ? 0 : 1;
      for (let step = 0; step < size; step++) {
        const i = reverse ? size - 1 - step : step;
        const at = (o * size + i) * inner + j;
        const value = x!.elements[x!.offset + at]!;
        const next = op === "sum" ? wrap(dtype, sofar + value) : multiply(dtype, sofar, value);
        result![at] = exclusive ? sofar : next;
        sofar = next;
      }
    }
};
