import { splitAtAxis } from "./axis-split.ts";
import type { RoutineImplementation } from "./routine.ts";

export const resample: RoutineImplementation<"resample"> = (
  { axis, positions, weights },
  [x],
  [sums],
) => {
  const { outer, size, inner } = splitAtAxis(x!.shape, axis);
  const count = positions.length;
  for (let o = 0; o < outer; o++)
    positions.forEach((row, i) => {
      for (let k = 0; k < inner; k++) {
        const terms = row.map(
          (position, tap) =>
            weights[i]![tap]! * x!.elements[x!.offset + (o * size + position) * inner + k]!,
        );
        // Not from 0, which would make 0 of −0.
        if (terms.length > 0)
          sums![(o * count + i) * inner + k] = terms.reduce((sum, term) => sum + term);
      }
    });
};
