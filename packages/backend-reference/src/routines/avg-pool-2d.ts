import type { Pool2dParameters, Shape } from "@dl/backend";
import type { RoutineImplementation } from "./routine.ts";
import { insidePositions } from "./window-range.ts";

export const avgPool2d: RoutineImplementation<"avgPool2d"> = (settings, [x], [means], [spec]) => {
  eachTap(settings, x!.shape, spec!.shape, (cell, window, share) => {
    means![window] = means![window]! + x!.elements[x!.offset + cell]! * share;
  });
};

export const avgPool2dGrad: RoutineImplementation<"avgPool2dGrad"> = (
  settings,
  [dy],
  [dx],
  [spec],
) => {
  eachTap(settings, spec!.shape, dy!.shape, (cell, window, share) => {
    dx![cell] = dx![cell]! + dy!.elements[dy!.offset + window]! * share;
  });
};

/** Visits each input cell under each window with its share in the window's mean. */
function eachTap(
  settings: Pool2dParameters & { readonly countIncludePad: boolean },
  inputShape: Shape,
  outputShape: Shape,
  visit: (cell: number, window: number, share: number) => void,
): void {
  const { kernelSize, stride, dilation, padding, countIncludePad } = settings;
  const [height, width] = inputShape.slice(2) as [number, number];
  const outWidth = outputShape[3]!;
  const outPlane = outputShape[2]! * outWidth;
  const windows = outputShape[0]! * outputShape[1]! * outPlane;
  for (let window = 0; window < windows; window++) {
    const plane = Math.floor(window / outPlane) * height;
    const top = Math.floor((window % outPlane) / outWidth) * stride[0] - padding[0];
    const left = (window % outWidth) * stride[1] - padding[2];
    const rows = insidePositions(kernelSize[0], dilation[0], top, height);
    const columns = insidePositions(kernelSize[1], dilation[1], left, width);
    const cellsInside = (rows[1] - rows[0]) * (columns[1] - columns[0]);
    const share = 1 / (countIncludePad ? kernelSize[0] * kernelSize[1] : cellsInside);
    for (let u = rows[0]; u < rows[1]; u++)
      for (let v = columns[0]; v < columns[1]; v++)
        visit((plane + top + u * dilation[0]) * width + left + v * dilation[1], window, share);
  }
}
