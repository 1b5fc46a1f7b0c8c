import type { Pool2dParameters } from "@dl/backend";
import { takeApart } from "../coordinates.ts";
import type { KernelBuilder } from "../kernel-builder.ts";
import { compileElements } from "./element-kernel.ts";
import type { RoutineImplementation } from "./routine.ts";
import { declareInside } from "./window-range.ts";

type Settings = Pool2dParameters & { readonly countIncludePad: boolean };

/** Statements that set `taps`, the number a window's sum is divided by, from its top and left. */
function tapCount(
  kernel: KernelBuilder,
  { kernelSize, dilation, countIncludePad }: Settings,
  height: string,
  width: string,
): string {
  if (countIncludePad) return `let taps = ${kernelSize[0] * kernelSize[1]}.0f;`;
  declareInside(kernel);
  const rows = `inside(${kernelSize[0]}, ${dilation[0]}, top, i32(${height}))`;
  const columns = `inside(${kernelSize[1]}, ${dilation[1]}, left, i32(${width}))`;
  return `let taps = f32(max(${rows} * ${columns}, 1));`;
}

export const avgPool2d: RoutineImplementation<"avgPool2d"> = (device, program) => {
  const { settings } = program;
  const { kernelSize, stride, dilation, padding } = settings;
  const { shape } = program.result;
  const [, , height, width] = program.inputs[0]!.layout.shape as [number, number, number, number];
  return compileElements(device, program, (kernel) => {
    const x = kernel.read(0, "f32");
    const [h, w] = [kernel.fixed(height), kernel.fixed(width)];
    const apart = takeApart(kernel, "index", [shape[0]! * shape[1]!, shape[2]!, shape[3]!], "o");
    return [
      ...apart.lines,
      `let plane = ${kernel.offset(0)} + o0 * ${h} * ${w};`,
      `let top = i32(o1 * ${stride[0]}u) - ${padding[0]};`,
      `let left = i32(o2 * ${stride[1]}u) - ${padding[2]};`,
      "var sum = 0.0f;",
      `for (var u = 0; u < ${kernelSize[0]}; u++) {`,
      `let row = top + u * ${dilation[0]};`,
      `if (row < 0 || row >= i32(${h})) { continue; }`,
      `for (var v = 0; v < ${kernelSize[1]}; v++) {`,
      `let column = left + v * ${dilation[1]};`,
      `if (column < 0 || column >= i32(${w})) { continue; }`,
      `sum += ${x}[plane + u32(row * i32(${w}) + column)];`,
      "}",
      "}",
      tapCount(kernel, settings, h, w),
      "let value = sum / taps;",
    ];
  });
};

/** Each input cell asks the windows that see it. */
export const avgPool2dGrad: RoutineImplementation<"avgPool2dGrad"> = (device, program) => {
  const { settings } = program;
  const { kernelSize, stride, dilation, padding } = settings;
  const { shape } = program.result;
  const dyShape = program.inputs[0]!.layout.shape;
  return compileElements(device, program, (kernel) => {
    const dy = kernel.read(0, "f32");
    const [rows, columns] = [kernel.fixed(dyShape[2]!), kernel.fixed(dyShape[3]!)];
    const [h, w] = [kernel.fixed(shape[2]!), kernel.fixed(shape[3]!)];
    const apart = takeApart(kernel, "index", [shape[0]! * shape[1]!, shape[2]!, shape[3]!], "o");
    return [
      ...apart.lines,
      `let plane = ${kernel.offset(0)} + o0 * ${rows} * ${columns};`,
      "var value = 0.0f;",
      `for (var u = 0; u < ${kernelSize[0]}; u++) {`,
      `let down = i32(o1) + ${padding[0]} - u * ${dilation[0]};`,
      `if (down < 0 || down % ${stride[0]} != 0 || down / ${stride[0]} >= i32(${rows})) { continue; }`,
      `for (var v = 0; v < ${kernelSize[1]}; v++) {`,
      `let across = i32(o2) + ${padding[2]} - v * ${dilation[1]};`,
      `if (across < 0 || across % ${stride[1]} != 0 || across / ${stride[1]} >= i32(${columns})) { continue; }`,
      `let row = down / ${stride[0]};`,
      `let column = across / ${stride[1]};`,
      `let top = row * ${stride[0]} - ${padding[0]};`,
      `let left = column * ${stride[1]} - ${padding[2]};`,
      tapCount(kernel, settings, h, w),
      `value += ${dy}[plane + u32(row * i32(${columns}) + column)] / taps;`,
      "}",
      "}",
    ];
  });
};
