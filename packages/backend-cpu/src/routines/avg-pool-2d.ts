import type { Pool2dParameters, Shape } from "@dl/backend";
import type { RoutineImplementation } from "./routine.ts";
import { tapRanges } from "./window-range.ts";

type Visit = (plane: number, window: number, share: number, taps: Taps) => void;

/** The cells of one window inside its plane: rows from `first`, `rowStep` apart, and so on. */
interface Taps {
  first: number;
  rows: number;
  columns: number;
}

interface Windows {
  readonly rowStep: number;
  readonly columnStep: number;
  readonly forEach: (visit: Visit) => void;
}

export const avgPool2d: RoutineImplementation<"avgPool2d"> = (device) => (program) => {
  const windows = averageWindows(
    program.settings,
    program.inputs[0]!.layout.shape,
    program.result.shape,
  );
  const { rowStep, columnStep } = windows;
  return (inputs, outputs) => {
    const { f32 } = device.memory;
    const from = device.bindingAddress(inputs[0]!) / 4;
    const to = device.address(outputs[0]!) / 4;
    windows.forEach((plane, window, share, { first, rows, columns }) => {
      let sum = 0;
      for (let u = 0, row = from + plane + first; u < rows; u++, row += rowStep)
        for (let v = 0, cell = row; v < columns; v++, cell += columnStep) sum += f32[cell]!;
      f32[to + window] = sum * share;
    });
  };
};

export const avgPool2dGrad: RoutineImplementation<"avgPool2dGrad"> = (device) => (program) => {
  const { shape } = program.result;
  const windows = averageWindows(program.settings, shape, program.inputs[0]!.layout.shape);
  const { rowStep, columnStep } = windows;
  const count = shape.reduce((all, size) => all * size, 1);
  return (inputs, outputs) => {
    const { f32 } = device.memory;
    const from = device.bindingAddress(inputs[0]!) / 4;
    const to = device.address(outputs[0]!) / 4;
    f32.fill(0, to, to + count);
    windows.forEach((plane, window, share, { first, rows, columns }) => {
      const part = f32[from + window]! * share;
      for (let u = 0, row = to + plane + first; u < rows; u++, row += rowStep)
        for (let v = 0, cell = row; v < columns; v++, cell += columnStep)
          f32[cell] = f32[cell]! + part;
    });
  };
};

/** Visits every window of every plane, with its share in the mean and its cells. */
function averageWindows(
  settings: Pool2dParameters & { readonly countIncludePad: boolean },
  inputShape: Shape,
  outputShape: Shape,
): Windows {
  const { kernelSize, stride, dilation, padding, countIncludePad } = settings;
  const [batch, channels, height, width] = inputShape as [number, number, number, number];
  const [outHeight, outWidth] = outputShape.slice(2) as [number, number];
  const [kernelHeight, kernelWidth] = kernelSize;
  const down = tapRanges(outHeight, kernelHeight, stride[0], dilation[0], padding[0], height);
  const across = tapRanges(outWidth, kernelWidth, stride[1], dilation[1], padding[2], width);
  const taps: Taps = { first: 0, rows: 0, columns: 0 };
  return {
    rowStep: dilation[0] * width,
    columnStep: dilation[1],
    forEach: (visit) => {
      let window = 0;
      for (let plane = 0; plane < batch * channels; plane++)
        for (let i = 0; i < outHeight; i++) {
          const top = i * stride[0] - padding[0] + down[2 * i]! * dilation[0];
          taps.rows = down[2 * i + 1]! - down[2 * i]!;
          for (let j = 0; j < outWidth; j++, window++) {
            const left = j * stride[1] - padding[2] + across[2 * j]! * dilation[1];
            taps.columns = across[2 * j + 1]! - across[2 * j]!;
            taps.first = top * width + left;
            const cells = countIncludePad ? kernelHeight * kernelWidth : taps.rows * taps.columns;
            visit(plane * height * width, window, 1 / cells, taps);
          }
        }
    },
  };
}
