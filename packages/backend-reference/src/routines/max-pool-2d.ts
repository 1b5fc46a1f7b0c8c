import { lowest } from "../arithmetic.ts";
import type { RoutineImplementation } from "./routine.ts";
import { insidePositions } from "./window-range.ts";

/** A window that lies in the padding altogether gives the lowest value, at position 0. */
export const maxPool2d: RoutineImplementation<"maxPool2d"> = (
  { kernelSize, stride, dilation, padding },
  [x],
  [values, positions],
  [spec],
) => {
  const { elements, offset } = x!;
  const [height, width] = x!.shape.slice(2) as [number, number];
  const [batch, channels, outHeight, outWidth] = spec!.shape as [number, number, number, number];

  /** Position of the first maximum in a window of one plane; -1 where it has no cell. */
  function firstMaximum(plane: number, top: number, left: number): number {
    const rows = insidePositions(kernelSize[0], dilation[0], top, height);
    const columns = insidePositions(kernelSize[1], dilation[1], left, width);
    let position = -1;
    for (let u = rows[0]; u < rows[1]; u++)
      for (let v = columns[0]; v < columns[1]; v++) {
        const at = (top + u * dilation[0]) * width + left + v * dilation[1];
        if (position < 0 || beats(elements[plane + at]!, elements[plane + position]!))
          position = at;
      }
    return position;
  }

  let target = 0;
  for (let b = 0; b < batch * channels; b++) {
    const plane = offset + b * height * width;
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++) {
        const top = i * stride[0] - padding[0];
        const left = j * stride[1] - padding[2];
        const position = firstMaximum(plane, top, left);
        values![target] = position < 0 ? lowest(spec!.dtype) : elements[plane + position]!;
        positions![target++] = Math.max(position, 0);
      }
  }
};

/** NaN beats every number, and nothing beats NaN. */
function beats(value: number, best: number): boolean {
  return value > best || (Number.isNaN(value) && !Number.isNaN(best));
}
