import { elementCount } from "@dl/backend";
import { takeApart } from "../coordinates.ts";
import { declareFinish } from "../epilogue.ts";
import { elementType, KernelBuilder } from "../kernel-builder.ts";
import { splitAtAxis } from "./axis-split.ts";
import { finishElements } from "./element-kernel.ts";
import { finishOf, type RoutineImplementation } from "./routine.ts";

/** Inputs a kernel joins: few enough that an epilogue's inputs find bindings too. */
const inputsOfKernel = 4;

export const concatenate: RoutineImplementation<"concatenate"> = (device, program) => {
  const { axis } = program.settings;
  const { shape, dtype } = program.result;
  const { outer, size: whole, inner } = splitAtAxis(shape, axis);
  const sizes = program.inputs
    .slice(0, program.routineInputs)
    .map(({ layout }) => splitAtAxis(layout.shape, axis).size);
  let start = 0;
  const sources = [];
  for (let first = 0; first < sizes.length; first += inputsOfKernel) {
    const group = sizes.slice(first, first + inputsOfKernel);
    const width = group.reduce((sum, size) => sum + size, 0);
    const kernel = new KernelBuilder();
    const innerWord = kernel.fixed(inner);
    const apart = takeApart(kernel, "position", [outer, width, inner], "c");
    const lines = [...apart.lines, "var along = c1;", `var value: ${elementType(dtype)};`];
    group.forEach((size, i) => {
      const array = kernel.read(first + i, elementType(dtype));
      const sizeWord = kernel.fixed(size);
      const load = `value = ${array}[${kernel.offset(first + i)} + (c0 * ${sizeWord} + along) * ${innerWord} + c2];`;
      if (i < group.length - 1)
        lines.push(`if (along < ${sizeWord}) { ${load} } else { along -= ${sizeWord};`);
      else lines.push(load);
    });
    lines.push("}".repeat(group.length - 1));
    declareFinish(kernel, finishOf(program));
    lines.push(
      `finish((c0 * ${kernel.fixed(whole)} + ${kernel.fixed(start)} + c1) * ${innerWord} + c2, value);`,
    );
    if (elementCount([outer, width, inner]) > 0)
      sources.push(
        finishElements(kernel, outer * width * inner, ["let position = index;", ...lines]),
      );
    start += width;
  }
  const kernels = sources.map((source) => device.kernel(source, program));
  return (operands, scalars) => {
    for (const kernel of kernels) device.run(kernel, operands, scalars);
  };
};
