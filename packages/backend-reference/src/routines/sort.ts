import { splitAtAxis } from "./axis-split.ts";
import type { RoutineImplementation } from "./routine.ts";

export const sort: RoutineImplementation<"sort"> = (
  { axis, descending },
  [x],
  [values, positions],
) => {
  const { outer, size, inner } = splitAtAxis(x!.shape, axis);
  const direction = descending ? -1 : 1;
  for (let o = 0; o < outer; o++)
    for (let j = 0; j < inner; j++) {
      const place = (i: number): number => (o * size + i) * inner + j;
      const value = (i: number): number => x!.elements[x!.offset + place(i)]!;
      // The sort is stable, also under a reversed comparison.
      const order = Array.from({ length: size }, (_, i) => i).toSorted(
        (a, b) => direction * compareNaNLargest(value(a), value(b)),
      );
      order.forEach((from, to) => {
        values![place(to)] = value(from);
        positions![place(to)] = from;
      });
    }
};

function compareNaNLargest(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return Number(a > b) - Number(a < b);
}
