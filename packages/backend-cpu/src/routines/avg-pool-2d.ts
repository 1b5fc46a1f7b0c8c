import type { Pool2dParameters } from "@dl/backend";
import type { RoutineImplementation } from "./routine.ts";
import { planPool, PoolKernels, runPool } from "./pool.ts";
import { tapRanges } from "./window-range.ts";

type Settings = Pool2dParameters & { readonly countIncludePad: boolean };

export const avgPool2d: RoutineImplementation<"avgPool2d"> = (device) => {
  const kernels = new PoolKernels(device, "mean");
  return (program) => {
    const { settings, result } = program;
    const input = program.inputs[0]!.layout.shape;
    const plan = planPool(settings, input, result.shape);
    const counts = (axis: 0 | 1): Int32Array =>
      new Int32Array(
        countingCells(settings, axis, input[2 + axis]!, result.shape[2 + axis]!).buffer,
      );
    const tables = { rows: counts(0), columns: counts(1), padding: 0 };
    const kernel = kernels.kernel(plan.isDense);
    return (inputs, outputs) => runPool(device, kernel, plan, tables, inputs, outputs);
  };
};

/** How many rows, or columns, of each window count in its mean. */
function countingCells(
  { kernelSize, stride, dilation, padding, countIncludePad }: Settings,
  axis: 0 | 1,
  size: number,
  windows: number,
): Float32Array {
  const taps = kernelSize[axis];
  const ranges = tapRanges(windows, taps, stride[axis], dilation[axis], padding[2 * axis]!, size);
  return Float32Array.from({ length: windows }, (_, i) =>
    countIncludePad ? taps : ranges[2 * i + 1]! - ranges[2 * i]!,
  );
}

export const avgPool2dGrad: RoutineImplementation<"avgPool2dGrad"> = (device) => (program) => {
  const { kernelSize, stride, dilation, padding } = program.settings;
  const [batch, channels, height, width] = program.result.shape as readonly [
    number,
    number,
    number,
    number,
  ];
  const [outHeight, outWidth] = program.inputs[0]!.layout.shape.slice(2) as [number, number];
  const down = tapRanges(outHeight, kernelSize[0], stride[0], dilation[0], padding[0], height);
  const across = tapRanges(outWidth, kernelSize[1], stride[1], dilation[1], padding[2], width);
  const rowCounts = countingCells(program.settings, 0, height, outHeight);
  const columnCounts = countingCells(program.settings, 1, width, outWidth);
  const [rowStep, columnStep] = [dilation[0] * width, dilation[1]];
  return (inputs, outputs) => {
    const { f32 } = device.memory;
    let from = device.bindingAddress(inputs[0]!) / 4;
    let plane = device.address(outputs[0]!) / 4;
    f32.fill(0, plane, plane + batch * channels * height * width);
    for (let p = 0; p < batch * channels; p++, plane += height * width)
      for (let i = 0; i < outHeight; i++) {
        const top = plane + (i * stride[0] - padding[0]) * width - padding[2];
        const [firstRow, endRow] = [down[2 * i]!, down[2 * i + 1]!];
        for (let j = 0; j < outWidth; j++) {
          const part = f32[from++]! / (rowCounts[i]! * columnCounts[j]!);
          const [first, end] = [across[2 * j]!, across[2 * j + 1]!];
          for (let u = firstRow; u < endRow; u++)
            for (let v = first; v < end; v++) {
              const cell = top + j * stride[1] + u * rowStep + v * columnStep;
              f32[cell] = f32[cell]! + part;
            }
        }
      }
  };
};
