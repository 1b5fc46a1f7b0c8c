import {
  dtypes,
  elementCount,
  storageArray,
  type Backend,
  type DType,
  type Program,
} from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { afterAll, expect } from "vitest";
import { webgpu, type WebgpuBackend } from "../src/index.ts";

/** Elements of one input buffer, and where in it the program's element 0 lies. */
export interface TestInput {
  readonly elements: ArrayLike<number>;
  readonly offset?: number;
}

export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

export const exact: Tolerance = { relative: 0, absolute: 0 };
export const close: Tolerance = { relative: 2e-5, absolute: 1e-6 };

interface Backends {
  readonly fast: WebgpuBackend;
  readonly withoutSubgroups: WebgpuBackend;
  readonly slow: Backend;
}

let backends: Promise<Backends> | undefined;

// Dawn keeps the process alive while a device lives.
afterAll(async () => {
  const made = await backends;
  await Promise.all([made?.fast.dispose(), made?.withoutSubgroups.dispose()]);
  backends = undefined;
});

export function allBackends(): Promise<Backends> {
  backends ??= Promise.all([webgpu(), webgpu({ subgroups: false })]).then(
    ([fast, withoutSubgroups]) => ({ fast, withoutSubgroups, slow: reference() }),
  );
  return backends;
}

/** Runs a program on one backend and gives its outputs. */
export async function runOn(
  backend: Backend,
  program: Program,
  inputs: readonly TestInput[],
  scalars: readonly number[] = [],
): Promise<ArrayLike<number>[]> {
  const bindings = inputs.map(({ elements, offset = 0 }, i) => {
    const { dtype } = program.inputs[i]!;
    const array = storageArray(dtype, new ArrayBuffer(4 * elements.length));
    array.set(elements);
    const buffer = backend.allocate(array.byteLength);
    backend.write(buffer, new Uint8Array(array.buffer));
    return { buffer, offset };
  });
  const outputs = program.outputs.map(({ dtype, shape }) =>
    backend.allocate(elementCount(shape) * dtypes[dtype].bytesPerElement),
  );
  backend.dispatch(backend.compile(program), bindings, outputs, scalars);
  const results = await Promise.all(
    outputs.map(async (buffer, i) => {
      const bytes = await backend.read(buffer);
      return storageArray(program.outputs[i]!.dtype, bytes.buffer, bytes.byteOffset);
    }),
  );
  for (const buffer of [...bindings.map((binding) => binding.buffer), ...outputs])
    backend.free(buffer);
  return results;
}

/** Runs a program on WebGPU, a reduction without subgroups as well, and compares. */
export async function expectSame(
  program: Program,
  inputs: readonly TestInput[],
  scalars: readonly number[] = [],
  tolerance: Tolerance = close,
): Promise<void> {
  const { fast, withoutSubgroups, slow } = await allBackends();
  const expected = await runOn(slow, program, inputs, scalars);
  for (const backend of program.kind === "reduce" ? [fast, withoutSubgroups] : [fast]) {
    const actual = await runOn(backend, program, inputs, scalars);
    program.outputs.forEach(({ dtype }, i) =>
      expectClose(actual[i]!, expected[i]!, dtype === "float32" ? tolerance : exact),
    );
  }
}

export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative, absolute }: Tolerance,
): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    const isSame =
      a === b ||
      (Number.isNaN(a) && Number.isNaN(b)) ||
      Math.abs(a - b) <= absolute + relative * Math.abs(b);
    if (!isSame) expect.fail(`element ${i}: ${a} instead of ${b}`);
  }
}

/** `count` numbers of a type from a small generator; floats in [-4, 4). */
export function sampleElements(dtype: DType, count: number, seed = 1): number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const unit = state / 2 ** 32;
    if (dtype === "float32") return Math.fround(unit * 8 - 4);
    if (dtype === "bool") return unit < 0.5 ? 0 : 1;
    return dtype === "int32" ? Math.floor(unit * 41) - 20 : Math.floor(unit * 40);
  });
}
