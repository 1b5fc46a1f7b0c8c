import { storageArray, dtypes, elementCount, type Program, type StorageArray } from "@dl/backend";
import type { CompiledRun } from "./compiled-run.ts";
import { compileMap } from "./map.ts";
import { compileReduce } from "./reduce.ts";
import { compileRoutine } from "./routines/registry.ts";

export function compileProgram(program: Program): CompiledRun {
  if (program.kind === "map") return compileMap(program);
  if (program.kind === "reduce") return compileReduce(program);
  return compileRoutine(program);
}

/**
 * What a program makes of these elements: the oracle in one call, without buffers.
 *
 * Each input starts at the first element of its layout.
 *
 * @example
 * const x = { dtype: "float32", layout: contiguousLayout([2]) };
 * const program = mapProgram([2], [x], [], [scalar.neg(input(0, "float32"))]);
 * evaluateProgram(program, [Float32Array.of(1, 2)])[0]; // => [-1, -2]
 */
export function evaluateProgram(
  program: Program,
  inputs: readonly StorageArray[],
  scalars: readonly number[] = [],
): StorageArray[] {
  const outputs = program.outputs.map(({ dtype, shape }) =>
    storageArray(dtype, new ArrayBuffer(elementCount(shape) * dtypes[dtype].bytesPerElement)),
  );
  const strided = inputs.map((elements, i) => ({
    elements,
    offset: 0,
    strides: program.inputs[i]!.layout.strides,
  }));
  compileProgram(program)(strided, outputs, scalars);
  return outputs;
}
