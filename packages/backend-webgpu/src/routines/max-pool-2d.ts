import { elementCount } from "@dl/backend";
import { takeApart } from "../coordinates.ts";
import { constantText } from "../expression-code.ts";
import { lowest } from "../folds.ts";
import { elementType, KernelBuilder } from "../kernel-builder.ts";
import { finishElements } from "./element-kernel.ts";
import type { RoutineImplementation } from "./routine.ts";

/** A window that lies in the padding altogether gives the lowest value, at position 0. */
export const maxPool2d: RoutineImplementation<"maxPool2d"> = (device, program) => {
  const { kernelSize, stride, dilation, padding } = program.settings;
  const { dtype, shape } = program.result;
  const [, , height, width] = program.inputs[0]!.layout.shape as [number, number, number, number];
  const element = elementType(dtype);
  const kernel = new KernelBuilder();
  const x = kernel.read(0, element);
  const values = kernel.write(1, element);
  const positions = kernel.write(2, "i32");
  const [h, w] = [kernel.fixed(height), kernel.fixed(width)];
  const apart = takeApart(kernel, "index", [shape[0]! * shape[1]!, shape[2]!, shape[3]!], "o");
  const beats =
    element === "f32"
      ? `(${kernel.use("less")}(best, value) || ${kernel.use("isNaN")}(value)) && !${kernel.use("isNaN")}(best)`
      : "value > best";
  const source = finishElements(kernel, elementCount(shape), [
    ...apart.lines,
    `let plane = ${kernel.offset(0)} + o0 * ${h} * ${w};`,
    `let top = i32(o1 * ${stride[0]}u) - ${padding[0]};`,
    `let left = i32(o2 * ${stride[1]}u) - ${padding[2]};`,
    `var best = ${constantText(kernel, lowest(dtype), element)};`,
    "var position = -1;",
    `for (var u = 0; u < ${kernelSize[0]}; u++) {`,
    `let row = top + u * ${dilation[0]};`,
    `if (row < 0 || row >= i32(${h})) { continue; }`,
    `for (var v = 0; v < ${kernelSize[1]}; v++) {`,
    `let column = left + v * ${dilation[1]};`,
    `if (column < 0 || column >= i32(${w})) { continue; }`,
    `let at = row * i32(${w}) + column;`,
    `let value = ${x}[plane + u32(at)];`,
    `if (position < 0 || (${beats})) { best = value; position = at; }`,
    "}",
    "}",
    `${values}[index] = best;`,
    `${positions}[index] = max(position, 0);`,
  ]);
  const made = device.kernel(source, program);
  return (operands, scalars) => device.run(made, operands, scalars);
};
