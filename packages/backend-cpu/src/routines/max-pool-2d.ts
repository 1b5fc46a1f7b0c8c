import { dtypes, type DType, type RoutineProgram } from "@dl/backend";
import type { CpuDevice, Kernel, Runner } from "../cpu-device.ts";
import { emitMaxPool2x2 } from "./max-pool-2x2.ts";
import type { RoutineImplementation } from "./routine.ts";
import { PoolKernels, planPool, runPool } from "./pool.ts";
import { tapRanges } from "./window-range.ts";

type Program = RoutineProgram<"maxPool2d">;

export const maxPool2d: RoutineImplementation<"maxPool2d"> = (device) => {
  let kernel: Kernel | undefined;
  const kernels = new PoolKernels(device);
  return (program) => {
    if (isPlain2x2(program)) {
      kernel ??= device.link<{ run: Kernel }>(emitMaxPool2x2).run;
      return plain2x2(device, program, kernel);
    }
    const ranges = rangesOf(program);
    const isCovered = ranges.every((range) => everyWindowHasCells(range));
    return dtypes[program.result.dtype].isFloat && isCovered
      ? floatWindows(device, program, kernels, ranges)
      : anyWindow(device, program, ranges);
  };
};

type Ranges = readonly [down: Int32Array, across: Int32Array];

function rangesOf({ settings, inputs, result }: Program): Ranges {
  const { kernelSize, stride, dilation, padding } = settings;
  const [height, width] = inputs[0]!.layout.shape.slice(2) as [number, number];
  const [outHeight, outWidth] = result.shape.slice(2) as [number, number];
  return [
    tapRanges(outHeight, kernelSize[0], stride[0], dilation[0], padding[0], height),
    tapRanges(outWidth, kernelSize[1], stride[1], dilation[1], padding[2], width),
  ];
}

function everyWindowHasCells(range: Int32Array): boolean {
  for (let i = 0; i < range.length; i += 2) if (range[i]! >= range[i + 1]!) return false;
  return true;
}

function floatWindows(
  device: CpuDevice,
  program: Program,
  kernels: PoolKernels,
  [down, across]: Ranges,
): Runner {
  const { stride, dilation, padding } = program.settings;
  const input = program.inputs[0]!.layout.shape;
  const plan = planPool(program.settings, input, program.result.shape);
  const kernel = kernels.kernel(plan.isDense);
  // Where each window's first cell inside the input lies.
  const rows = Int32Array.from(
    { length: down.length / 2 },
    (_, i) => (i * stride[0] - padding[0] + down[2 * i]! * dilation[0]) * input[3]!,
  );
  const columns = Int32Array.from(
    { length: across.length / 2 },
    (_, j) => j * stride[1] - padding[2] + across[2 * j]! * dilation[1],
  );
  const tables = { rows, columns };
  return (inputs, outputs) => runPool(device, kernel, plan, tables, inputs, outputs);
}

/** Windows of 2 x 2 beside each other, at least one vector of them in a row. */
function isPlain2x2({ settings, inputs, result }: Program): boolean {
  const { kernelSize, stride, dilation, padding } = settings;
  return (
    inputs[0]!.dtype === "float32" &&
    result.shape[3]! >= 4 &&
    [...kernelSize, ...stride].every((size) => size === 2) &&
    dilation.every((step) => step === 1) &&
    padding.every((zeros) => zeros === 0)
  );
}

function plain2x2(device: CpuDevice, program: Program, kernel: Kernel): Runner {
  const [height, width] = program.inputs[0]!.layout.shape.slice(2) as [number, number];
  const [batch, channels, outHeight, outWidth] = program.result.shape as readonly [
    number,
    number,
    number,
    number,
  ];
  const rows = batch * channels * outHeight;
  return (inputs, outputs) => {
    const { i32 } = device.memory;
    const words = [
      device.bindingAddress(inputs[0]!),
      device.address(outputs[0]!),
      device.address(outputs[1]!),
      height,
      width,
      outHeight,
      outWidth,
    ];
    for (let i = 0; i < words.length; i++) i32[device.argumentsStart + i] = words[i]!;
    device.run(kernel, rows, 8 * rows * outWidth);
  };
}

const lowest = (dtype: DType): number =>
  dtype === "float32" ? -Infinity : dtype === "int32" ? -(2 ** 31) : 0;

/** Other types, and windows that lie in the padding altogether. */
function anyWindow(device: CpuDevice, program: Program, [down, across]: Ranges): Runner {
  const { stride, dilation, padding } = program.settings;
  const { dtype } = program.result;
  const [height, width] = program.inputs[0]!.layout.shape.slice(2) as [number, number];
  const [batch, channels, outHeight, outWidth] = program.result.shape as readonly [
    number,
    number,
    number,
    number,
  ];
  const [rowStep, columnStep] = [dilation[0] * width, dilation[1]];
  return (inputs, outputs) => {
    const { f32, i32, u32 } = device.memory;
    const elements = dtype === "float32" ? f32 : dtype === "int32" ? i32 : u32;
    let source = device.bindingAddress(inputs[0]!) / 4;
    let target = device.address(outputs[0]!) / 4;
    let positionTarget = device.address(outputs[1]!) / 4;
    for (let plane = 0; plane < batch * channels; plane++, source += height * width)
      for (let i = 0; i < outHeight; i++) {
        const top = i * stride[0] - padding[0];
        const [firstRow, endRow] = [down[2 * i]!, down[2 * i + 1]!];
        for (let j = 0; j < outWidth; j++) {
          const corner = top * width + j * stride[1] - padding[2];
          let best = lowest(dtype);
          let position = -1;
          for (let u = firstRow; u < endRow; u++)
            for (let v = across[2 * j]!; v < across[2 * j + 1]!; v++) {
              const at = corner + u * rowStep + v * columnStep;
              const x = elements[source + at]!;
              // NaN beats every number, and nothing beats NaN.
              if (x > best || position < 0 || (x !== x && best === best)) {
                best = x;
                position = at;
              }
            }
          elements[target++] = best;
          i32[positionTarget++] = Math.max(position, 0);
        }
      }
  };
}
