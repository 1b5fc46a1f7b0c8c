import {
  elementCount,
  topologicalOrder,
  type MapProgram,
  type Scalar,
  type ScalarOpName,
} from "@dl/backend";
import { ExpressionCode } from "./expression-code.ts";
import type { WebgpuDevice } from "./gpu-device.ts";
import { InputReader, type ReadInput } from "./input-reader.ts";
import { elementType, KernelBuilder, type KernelSource } from "./kernel-builder.ts";
import type { Operand } from "./memory/buffer-pool.ts";
import type { Kernel } from "./pipelines.ts";
import { usedInputs } from "./program-inputs.ts";
import type { Runner } from "./runner.ts";

const workgroupSize = 256;

/**
 * What the text depends on besides the program: which inputs have an offset that is a multiple of
 * 4, and which are the same buffer as an output.
 */
export interface MapVariant {
  readonly isAligned: (slot: number) => boolean;
  /** The output whose buffer the input is, or -1. */
  readonly aliasOf: (slot: number) => number;
}

/** Four elements an invocation wherever the inputs allow it. */
export function mapKernel(program: MapProgram, variant: MapVariant): KernelSource {
  const { shape, values, inputs, outputs } = program;
  const kernel = new KernelBuilder();
  const outputOperand = (output: number): number => inputs.length + output;
  const reads = usedInputs(values).map((slot): ReadInput => {
    const output = variant.aliasOf(slot);
    return {
      slot,
      operand: slot,
      spec: inputs[slot]!,
      isAligned: variant.isAligned(slot),
      alias:
        output < 0
          ? undefined
          : { operand: outputOperand(output), element: elementType(outputs[output]!.dtype) },
    };
  });
  const reader = new InputReader(shape, reads);
  const width = reader.allowsFour && !isLong(values) ? 4 : 1;
  const count = elementCount(shape);
  const units = Math.ceil(count / width);
  const loaded = reader.load(kernel, width, "index", "a_");
  const code = new ExpressionCode(kernel, width, {
    index: "index",
    input: (slot) => loaded.names.get(slot)!,
  });
  const results = code.emit(values);
  const stores = results.map((value, i) => {
    const array = kernel.write(outputOperand(i), elementType(outputs[i]!.dtype), width);
    return `${array}[unit] = ${value};`;
  });
  const body = [
    `let unit = group * ${workgroupSize}u + local;`,
    `if (unit >= ${kernel.fixed(units)}) { return; }`,
    width === 4 ? "let index = unit * 4u;" : "let index = unit;",
    ...loaded.lines,
    ...code.lines,
    ...stores,
  ].join("\n");
  return kernel.finish(workgroupSize, Math.ceil(units / workgroupSize), body);
}

/** Instructions whose code is long: four copies of it cost more to compile than wide loads save. */
const longInstructions: ReadonlySet<ScalarOpName> = new Set(["pow", "sin", "cos", "mod"]);
const longExpression = 64;

function isLong(values: readonly Scalar[]): boolean {
  const applied = topologicalOrder(values).filter((node) => node.kind === "apply");
  return (
    applied.length > longExpression ||
    applied.some(({ op, dtype }) => dtype === "float32" && longInstructions.has(op))
  );
}

export function compileMap(device: WebgpuDevice, program: MapProgram): Runner {
  const { inputs, outputs } = program;
  const slots = usedInputs(program.values);
  const variants = new Map<string, Kernel>();
  const isAligned = (operand: Operand): boolean => operand.offset % 4 === 0;
  const kernelFor = (operands: readonly Operand[]): Kernel => {
    const aliasOf = (slot: number): number =>
      outputs.findIndex((_, i) => operands[inputs.length + i]!.block === operands[slot]!.block);
    const key = slots
      .map((slot) => `${isAligned(operands[slot]!) ? "a" : "u"}${aliasOf(slot)}`)
      .join();
    let kernel = variants.get(key);
    if (kernel === undefined) {
      const source = mapKernel(program, {
        isAligned: (slot) => isAligned(operands[slot]!),
        aliasOf,
      });
      kernel = device.kernel(source, program);
      variants.set(key, kernel);
    }
    return kernel;
  };
  return (operands, scalars) => device.run(kernelFor(operands), operands, scalars);
}
