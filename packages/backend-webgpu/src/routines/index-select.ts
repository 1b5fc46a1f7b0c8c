import { takeApart } from "../coordinates.ts";
import { elementType } from "../kernel-builder.ts";
import { splitAtAxis } from "./axis-split.ts";
import { declareIsInside, nothing } from "./check-index.ts";
import { compileElements } from "./element-kernel.ts";
import type { RoutineImplementation } from "./routine.ts";

export const indexSelect: RoutineImplementation<"indexSelect"> = (device, program) => {
  const [xShape, indexShape] = program.inputs.map(({ layout }) => layout.shape) as [
    number[],
    number[],
  ];
  const { dtype } = program.result;
  const { outer, size, inner } = splitAtAxis(xShape, program.settings.axis);
  return compileElements(device, program, (kernel) => {
    const x = kernel.read(0, elementType(dtype));
    const indices = kernel.read(1, "i32");
    declareIsInside(kernel, "indexSelect", size);
    const { lines } = takeApart(kernel, "index", [outer, indexShape[0]!, inner], "c");
    return [
      ...lines,
      `let chosen = ${indices}[${kernel.offset(1)} + c1];`,
      `var value = ${nothing(kernel, dtype)};`,
      `if (is_inside(chosen)) { value = ${x}[${kernel.offset(0)} + (c0 * ${kernel.fixed(size)} + u32(chosen)) * ${kernel.fixed(inner)} + c2]; }`,
    ];
  });
};
