import { contiguousStrides } from "@dl/backend";
import { place, takeApart } from "../coordinates.ts";
import { elementType, KernelBuilder } from "../kernel-builder.ts";
import { declareIsInside } from "./check-index.ts";
import type { RoutineImplementation } from "./routine.ts";
import { withSeparateEpilogue } from "./separate-epilogue.ts";

const workgroupSize = 64;
/** Enough invocations to fill a device; each one more that shares a line reads all its indices. */
const enoughInvocations = 16384;

/**
 * Each line along the axis belongs to some invocations, and each of them owns every so many-th
 * position of it: it copies what it owns and takes in, in order, the indices that point there. So
 * no two invocations write one element, and sums have one order.
 */
export const scatter: RoutineImplementation<"scatter"> = (device, program) => {
  const { axis, mode } = program.settings;
  const { shape, dtype } = program.result;
  const indexShape = program.inputs[1]!.layout.shape;
  const element = elementType(dtype);
  const kernel = new KernelBuilder();
  const [x, indices, source] = [
    kernel.read(0, element),
    kernel.read(1, "i32"),
    kernel.read(2, element),
  ];
  declareIsInside(kernel, "scatter", shape[axis]!);
  const out = kernel.write(program.inputs.length, element);
  const lineShape = shape.filter((_, i) => i !== axis);
  const lines = lineShape.reduce((count, size) => count * size, 1);
  const wanted = Math.min(enoughInvocations / Math.max(lines, 1), shape[axis]! / 8);
  const owners = Math.min(workgroupSize, 2 ** Math.ceil(Math.log2(Math.max(1, wanted))));
  const linesInGroup = workgroupSize / owners;
  const apart = takeApart(kernel, "line", lineShape, "c");
  const strides = contiguousStrides(shape);
  const sourceStrides = contiguousStrides(indexShape);
  const others = (list: readonly number[]): number[] => list.filter((_, i) => i !== axis);
  const isBeside = others(indexShape).flatMap((size, i) =>
    size === lineShape[i] ? [] : [`c${i} >= ${kernel.fixed(size)}`],
  );
  const step = kernel.fixed(strides[axis]!);
  const body = [
    `let line = group * ${linesInGroup}u + local / ${owners}u;`,
    `let owner = local % ${owners}u;`,
    `if (line >= ${kernel.fixed(lines)}) { return; }`,
    ...apart.lines,
    `let base = ${place(kernel, "0u", apart.names, others(strides))};`,
    `for (var p = owner; p < ${kernel.fixed(shape[axis]!)}; p += ${owners}u) { ${out}[base + p * ${step}] = ${x}[${kernel.offset(0)} + base + p * ${step}]; }`,
    ...(isBeside.length > 0 ? [`if (${isBeside.join(" || ")}) { return; }`] : []),
    `let source_base = ${place(kernel, "0u", apart.names, others(sourceStrides))};`,
    `for (var i = 0u; i < ${kernel.fixed(indexShape[axis]!)}; i++) {`,
    `let at = source_base + i * ${kernel.fixed(sourceStrides[axis]!)};`,
    `let chosen = ${indices}[${kernel.offset(1)} + at];`,
    "let p = u32(chosen);",
    ...(owners > 1 ? [`if (p % ${owners}u != owner) { continue; }`] : []),
    "if (!is_inside(chosen)) { continue; }",
    `${out}[base + p * ${step}] ${mode === "add" ? (dtype === "bool" ? "|=" : "+=") : "="} ${source}[${kernel.offset(2)} + at];`,
    "}",
  ].join("\n");
  const made = device.kernel(
    kernel.finish(workgroupSize, Math.ceil(lines / linesInGroup), body),
    program,
  );
  return withSeparateEpilogue(device, program, (operands, scalars) =>
    device.run(made, operands, scalars),
  );
};
