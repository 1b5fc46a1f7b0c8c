import type { DType, RoutineProgram } from "@dl/backend";
import type { CpuDevice, Kernel, Runner } from "../cpu-device.ts";
import { emitMaxPool2x2 } from "./max-pool-2x2.ts";
import type { RoutineImplementation } from "./routine.ts";
import { tapRanges } from "./window-range.ts";

type Program = RoutineProgram<"maxPool2d">;

export const maxPool2d: RoutineImplementation<"maxPool2d"> = (device) => {
  let kernel: Kernel | undefined;
  return (program) => {
    if (!isPlain2x2(program)) return anyWindow(device, program);
    kernel ??= device.link<{ run: Kernel }>(emitMaxPool2x2).run;
    return plain2x2(device, program, kernel);
  };
};

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
  const [batch, channels, outHeight, outWidth] = program.result.shape as readonly [number, number, number, number];
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
    device.run(kernel, rows);
  };
}

const lowest = (dtype: DType): number =>
  dtype === "float32" ? -Infinity : dtype === "int32" ? -(2 ** 31) : 0;

function anyWindow(device: CpuDevice, program: Program): Runner {
  const { kernelSize, stride, dilation, padding } = program.settings;
  const { dtype } = program.result;
  const [height, width] = program.inputs[0]!.layout.shape.slice(2) as [number, number];
  const [batch, channels, outHeight, outWidth] = program.result.shape as readonly [number, number, number, number];
  const down = tapRanges(outHeight, kernelSize[0], stride[0], dilation[0], padding[0], height);
  const across = tapRanges(outWidth, kernelSize[1], stride[1], dilation[1], padding[2], width);
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
