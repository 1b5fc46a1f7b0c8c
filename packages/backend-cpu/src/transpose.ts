import type { IdTrie, MapProgram } from "@dl/backend";
import { ArgumentsWriter } from "./arguments-writer.ts";
import type { CpuDevice, Kernel, Runner } from "./cpu-device.ts";
import { emitTranspose, TRANSPOSE_COLUMNS } from "./transpose-kernel.ts";

/** A map's axes after joining: the output's strides and those of its one input. */
export interface CopiedAxes {
  readonly sizes: readonly number[];
  readonly output: readonly number[];
  readonly input: readonly number[];
}

/**
 * The runner of a plain copy whose input has its neighbours along another axis than the output;
 * undefined for every other map.
 */
export function compileTranspose(
  device: CpuDevice,
  kernels: IdTrie<Kernel>,
  { values }: MapProgram,
  { sizes, output, input }: CopiedAxes,
): Runner | undefined {
  const inner = sizes.length - 1;
  const value = values[0]!;
  if (values.length !== 1 || value.kind !== "input" || inner < 1) return undefined;
  const row = input.findIndex((stride, axis) => stride === 1 && axis < inner);
  if (row < 0 || sizes[row]! < 4 || sizes[inner]! < 4) return undefined;

  const others = sizes.map((_, axis) => axis).filter((axis) => axis !== row && axis !== inner);
  const node = kernels.child(-1).child(others.length);
  const kernel = (node.value ??= device.link<{ run: Kernel }>((module) =>
    emitTranspose(module, others.length),
  ).run);
  const columnBlocks = Math.ceil(sizes[inner]! / TRANSPOSE_COLUMNS);
  const units = others.reduce((count, axis) => count * sizes[axis]!, columnBlocks);
  const work = 2 * sizes.reduce((count, size) => count * size, 1);
  const writer = new ArgumentsWriter(
    device,
    [value.slot],
    1,
    [],
    [
      sizes[row]!,
      sizes[inner]!,
      columnBlocks,
      4 * input[inner]!,
      4 * output[row]!,
      ...others.map((axis) => sizes[axis]!),
      ...others.map((axis) => 4 * input[axis]!),
      ...others.map((axis) => 4 * output[axis]!),
    ],
  );
  return (inputs, outputs, scalars) => {
    writer.write(inputs, outputs, scalars);
    if (units > 0) device.run(kernel, units, work);
  };
}
