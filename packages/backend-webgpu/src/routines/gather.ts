import { contiguousStrides } from "@dl/backend";
import { place, takeApart } from "../coordinates.ts";
import { elementType } from "../kernel-builder.ts";
import { declareIsInside, nothing } from "./check-index.ts";
import { compileElements } from "./element-kernel.ts";
import type { RoutineImplementation } from "./routine.ts";

export const gather: RoutineImplementation<"gather"> = (device, program) => {
  const { axis } = program.settings;
  const { dtype } = program.result;
  const [xShape, shape] = program.inputs.map(({ layout }) => layout.shape) as [number[], number[]];
  return compileElements(device, program, (kernel) => {
    const x = kernel.read(0, elementType(dtype));
    const indices = kernel.read(1, "i32");
    declareIsInside(kernel, "gather", xShape[axis]!);
    const { lines, names } = takeApart(kernel, "index", shape, "c");
    const from = names.map((name, i) => (i === axis ? "u32(chosen)" : name));
    return [
      ...lines,
      `let chosen = ${indices}[${kernel.offset(1)} + index];`,
      `var value = ${nothing(kernel, dtype)};`,
      `if (is_inside(chosen)) { value = ${x}[${place(kernel, kernel.offset(0), from, contiguousStrides(xShape))}]; }`,
    ];
  });
};
