import { contiguousStrides } from "@dl/backend";
import { place, takeApart } from "../coordinates.ts";
import { constantText } from "../expression-code.ts";
import { elementType } from "../kernel-builder.ts";
import { compileElements } from "./element-kernel.ts";
import type { RoutineImplementation } from "./routine.ts";

/** Each output cell asks, axis by axis, which input cell it shows. A negative border crops. */
export const pad: RoutineImplementation<"pad"> = (device, program) => {
  const { before, interior, value } = program.settings;
  const xShape = program.inputs[0]!.layout.shape;
  const { shape, dtype } = program.result;
  const element = elementType(dtype);
  return compileElements(device, program, (kernel) => {
    const x = kernel.read(0, element);
    const apart = takeApart(kernel, "index", shape, "c");
    const lines = [...apart.lines, "var is_padding = false;"];
    const names = xShape.map((size, axis) => {
      if (before[axis] === 0 && interior[axis] === 0 && shape[axis] === size) return `c${axis}`;
      const step = interior[axis]! + 1;
      lines.push(
        `let at${axis} = i32(c${axis}) - i32(${kernel.fixed(before[axis]!)});`,
        `let from${axis} = u32(at${axis}) / ${step}u;`,
        `is_padding = is_padding || at${axis} < 0 || u32(at${axis}) % ${step}u != 0u || from${axis} >= ${kernel.fixed(size)};`,
      );
      return `from${axis}`;
    });
    lines.push(
      `var value = ${constantText(kernel, dtype === "float32" ? Math.fround(value) : Math.trunc(value), element)};`,
      `if (!is_padding) { value = ${x}[${place(kernel, kernel.offset(0), names, contiguousStrides(xShape))}]; }`,
    );
    return lines;
  });
};
