import { expect, test } from "vitest";
import { insidePositions } from "./window-range.ts";

test("the positions whose tap falls inside, against trying each", () => {
  for (let count = 0; count < 5; count++)
    for (let stride = 1; stride < 4; stride++)
      for (let start = -7; start < 7; start++)
        for (let size = 0; size < 5; size++) {
          const inside = Array.from({ length: count }, (_, o) => o).filter(
            (o) => o * stride + start >= 0 && o * stride + start < size,
          );
          const [first, end] = insidePositions(count, stride, start, size);
          const range = Array.from({ length: Math.max(end - first, 0) }, (_, i) => first + i);
          expect(range).toEqual(inside);
        }
});
