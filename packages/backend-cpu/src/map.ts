import { coalesceAxes, contiguousStrides, type IdTrie, type MapProgram } from "@dl/backend";
import { ArgumentsWriter } from "./arguments-writer.ts";
import type { CpuDevice, Kernel, Runner } from "./cpu-device.ts";
import { accessMode, type AccessMode } from "./input-reader.ts";
import { emitMapKernel, mapUnits } from "./map-kernel.ts";
import { expressionWork, usedInputs } from "./program-inputs.ts";
import { compileTranspose } from "./transpose.ts";

export const modeIds: { readonly [Mode in AccessMode]: number } = {
  contiguous: 0,
  broadcast: 1,
  strided: 2,
};

/** Kernels by what their code depends on, so that other sizes and strides reuse them. */
export type MapKernels = IdTrie<Kernel>;

export function compileMap(device: CpuDevice, kernels: MapKernels, program: MapProgram): Runner {
  const { shape, values } = program;
  const slots = usedInputs(values);
  const { shape: sizes, strides } = coalesceAxes(shape, [
    contiguousStrides(shape),
    ...slots.map((slot) => program.inputs[slot]!.layout.strides),
  ]);
  const inner = sizes.length - 1;
  const innerSize = sizes[inner] ?? 1;
  const inputStrides = strides.slice(1);
  const modes = inputStrides.map((list) => accessMode(list[inner] ?? 0));
  if (modes[0] === "strided") {
    const axes = { sizes, output: strides[0]!, input: inputStrides[0]! };
    const transpose = compileTranspose(device, kernels, program, axes);
    if (transpose !== undefined) return transpose;
  }
  const outerAxes = Math.max(inner, 0);
  const parameterCount = program.parameters.length;

  let node = kernels.child(parameterCount).child(outerAxes).child(values.length);
  for (const value of values) node = node.child(value.id);
  for (const mode of modes) node = node.child(modeIds[mode]);
  const kernel = (node.value ??= device.link<{ run: Kernel }>((module) =>
    emitMapKernel(module, { values, slots, modes, outerAxes, parameterCount }),
  ).run);

  const { chunk, isColumnMajor } = mapUnits(modes, outerAxes);
  const chunks = Math.ceil(innerSize / chunk);
  let rows = 1;
  for (let axis = 0; axis < outerAxes; axis++) rows *= sizes[axis]!;
  const geometry = [innerSize, isColumnMajor ? rows : chunks, ...sizes.slice(0, outerAxes)];
  inputStrides.forEach((list, i) => {
    for (let axis = 0; axis < outerAxes; axis++) geometry.push(4 * list[axis]!);
    if (modes[i] === "strided") geometry.push(4 * list[inner]!);
  });
  const units = rows * chunks;
  const work = rows * innerSize * expressionWork(values);
  const writer = new ArgumentsWriter(device, slots, values.length, program.parameters, geometry);
  return (inputs, outputs, scalars) => {
    writer.write(inputs, outputs, scalars);
    if (units > 0) device.run(kernel, units, work);
  };
}
