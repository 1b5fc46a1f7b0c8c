import { wrap } from "../arithmetic.ts";
import { indexedPositions } from "./gather.ts";
import type { RoutineImplementation } from "./routine.ts";

export const scatter: RoutineImplementation<"scatter"> = (
  { axis, mode },
  [x, indices, source],
  [result],
  [spec],
) => {
  const out = result!;
  out.set(x!.elements.subarray(x!.offset, x!.offset + out.length));
  indexedPositions("scatter", x!, indices!, axis).forEach((position, i) => {
    const value = source!.elements[source!.offset + i]!;
    out[position] = mode === "add" ? wrap(spec!.dtype, out[position]! + value) : value;
  });
};
