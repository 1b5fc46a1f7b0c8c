import { dtypes, elementCount, storageArray, type Backend, type DType, type Program, type StorageArray } from "@dl/backend";
import { evaluateProgram } from "@dl/backend-reference";
import { expect } from "vitest";

/** Runs a program on fresh buffers; inputs start at `offset` elements. */
export async function runProgram(
  backend: Backend,
  program: Program,
  inputs: readonly StorageArray[],
  scalars: readonly number[] = [],
  offset = 0,
): Promise<StorageArray[]> {
  const bindings = inputs.map((elements, i) => {
    const shifted = storageArray(
      program.inputs[i]!.dtype,
      new ArrayBuffer((elements.length + offset) * 4),
    );
    shifted.set(elements, offset);
    const buffer = backend.allocate(shifted.byteLength);
    backend.write(buffer, new Uint8Array(shifted.buffer));
    return { buffer, offset };
  });
  const outputs = program.outputs.map(({ shape }) => backend.allocate(4 * elementCount(shape)));
  backend.dispatch(backend.compile(program), bindings, outputs, scalars);
  const results = await Promise.all(outputs.map((output) => backend.read(output)));
  for (const { buffer } of bindings) backend.free(buffer);
  for (const output of outputs) backend.free(output);
  return results.map((bytes, i) => storageArray(program.outputs[i]!.dtype, bytes.buffer));
}

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

export const forwardTolerance: Tolerance = { relative: 1e-4, absolute: 1e-5 };

/** Runs a program on the backend and in the reference, and compares every output. */
export async function compareWithReference(
  backend: Backend,
  program: Program,
  inputs: readonly StorageArray[],
  scalars: readonly number[] = [],
  { relative, absolute } = forwardTolerance,
  offset = 0,
): Promise<void> {
  const results = await runProgram(backend, program, inputs, scalars, offset);
  const meant = evaluateProgram(program, inputs, scalars);
  results.forEach((result, o) => {
    const { dtype } = program.outputs[o]!;
    const expected = meant[o]!;
    const faults: string[] = [];
    for (let i = 0; i < expected.length && faults.length < 5; i++) {
      const [is, should] = [result[i]!, expected[i]!];
      const isRight = dtypes[dtype].isFloat
        ? Object.is(is, should) ||
          is === should ||
          Math.abs(is - should) <= absolute + relative * Math.abs(should) ||
          (Math.abs(should) < 1.2e-38 && Math.abs(is) < 1.2e-38)
        : is === should;
      if (!isRight) faults.push(`[${i}] is ${is}, should be ${should}`);
    }
    expect(faults, `output ${o}`).toEqual([]);
  });
}

let state = 1;
/** In [0, 1), the same for every run. */
export function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state >>> 8) / 2 ** 24;
}

export function randomElements(dtype: DType, count: number): StorageArray {
  const elements = storageArray(dtype, new ArrayBuffer(count * dtypes[dtype].bytesPerElement));
  for (let i = 0; i < count; i++) {
    const value = random() * 6 - 3;
    elements[i] = dtype === "bool" ? Number(value > 0) : dtype === "uint32" ? Math.abs(value * 5) : dtype === "int32" ? value * 5 : value;
  }
  return elements;
}
