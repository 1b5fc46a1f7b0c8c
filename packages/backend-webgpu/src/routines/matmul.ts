import { coalesceAxes, elementCount, type Layout } from "@dl/backend";
import { place, takeApart } from "../coordinates.ts";
import { compileGemm } from "../kernels/gemm.ts";
import type { KernelBuilder } from "../kernel-builder.ts";
import { finishOf, type RoutineImplementation } from "./routine.ts";

/** Operands are read by their strides, so a transposed one costs no copy. */
export const matmul: RoutineImplementation<"matmul"> = (device, program) => {
  const [a, b] = program.inputs.map(({ layout }) => layout) as [Layout, Layout];
  const ndim = a.shape.length;
  const [m, k, n] = [a.shape[ndim - 2]!, a.shape[ndim - 1]!, b.shape[ndim - 1]!];
  const batchShape = a.shape.slice(0, -2);
  const batches = coalesceAxes(batchShape, [a.strides.slice(0, -2), b.strides.slice(0, -2)]);
  const [aRow, aDepth] = a.strides.slice(-2) as [number, number];
  const [bDepth, bColumn] = b.strides.slice(-2) as [number, number];
  return compileGemm(device, program, {
    size: { batch: elementCount(batchShape), m, n, k },
    hasPadding: false,
    isDepthInner: { a: aDepth === 1 || aRow !== 1, b: bDepth === 1 && bColumn !== 1 },
    declareLoads(kernel) {
      declareLoad(kernel, "a", 0, batches.shape, batches.strides[0]!, aRow, aDepth);
      declareLoad(kernel, "b", 1, batches.shape, batches.strides[1]!, bColumn, bDepth);
    },
    outputIndex: (kernel) => `(batch * ${kernel.fixed(m)} + row) * ${kernel.fixed(n)} + column`,
    finish: finishOf(program),
    operandCount: program.inputs.length + 1,
  });
};

function declareLoad(
  kernel: KernelBuilder,
  name: "a" | "b",
  operand: number,
  batchShape: readonly number[],
  batchStrides: readonly number[],
  stride: number,
  depthStride: number,
): void {
  const { lines, names } = takeApart(kernel, "batch", batchShape, "b");
  const start = place(kernel, kernel.offset(operand), names, batchStrides);
  kernel.declare(
    [
      `fn place_${name}(batch: u32, position: u32) -> u32 {`,
      ...lines,
      `return ${start} + position * ${kernel.fixed(stride)};`,
      "}",
      `fn step_${name}(batch: u32, depth: u32) -> u32 { return depth * ${kernel.fixed(depthStride)}; }`,
      `fn load_${name}(start: u32, step: u32) -> f32 { return ${kernel.read(operand, "f32")}[start + step]; }`,
    ].join("\n"),
  );
}
