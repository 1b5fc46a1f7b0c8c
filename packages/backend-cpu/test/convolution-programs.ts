import { contiguousLayout, routineProgram, type Backend, type Program } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { expect } from "vitest";
import { cpu } from "../src/index.ts";
import type { Conv2dShape } from "../src/kernels/conv2d-plan.ts";
import { runOn, sampleElements } from "./against-reference.ts";
import { firstDifference } from "./thread-programs.ts";

const float = (shape: readonly number[]) => ({
  dtype: "float32" as const,
  layout: contiguousLayout(shape),
});

/** Forward, and the gradients by input and weight. */
export function convolutionPrograms(batch: number, shape: Conv2dShape): Program[] {
  const { inChannels, outChannels, inputSize, kernelSize, ...settings } = shape;
  const x = float([batch, inChannels, ...inputSize]);
  const weight = float([outChannels, inChannels / shape.groups, ...kernelSize]);
  const forward = routineProgram("conv2d", settings, [x, weight]);
  const dy = float(forward.result.shape);
  return [
    forward,
    routineProgram("conv2dInputGrad", { ...settings, inputSize }, [dy, weight]),
    routineProgram("conv2dWeightGrad", { ...settings, kernelSize }, [x, dy]),
  ];
}

const inputsOf = (program: Program): { elements: number[] }[] =>
  program.inputs.map(({ layout: { elementCount: count } }, i) => ({
    elements: sampleElements("float32", count, i + 1),
  }));

/** Each program's error: root mean square, relative to float64. */
export async function relativeErrors(
  programs: readonly Program[],
  deterministic: boolean,
): Promise<number[]> {
  const backend = await cpu({ deterministic });
  const result: number[] = [];
  for (const program of programs) {
    const inputs = inputsOf(program);
    const [actual] = await runOn(backend, program, inputs);
    const [expected] = await runOn(reference(), program, inputs);
    let [squares, errors] = [0, 0];
    for (let at = 0; at < expected!.length; at++) {
      squares += expected![at]! ** 2;
      errors += (actual![at]! - expected![at]!) ** 2;
    }
    result.push(Math.sqrt(errors / squares));
  }
  await backend.dispose();
  return result;
}

async function wordsOf(backend: Backend, program: Program): Promise<Int32Array> {
  const [output] = (await runOn(backend, program, inputsOf(program))) as Float32Array[];
  return new Int32Array(output!.buffer, output!.byteOffset, output!.length);
}

/** Expects the same bits from 1, 2 and 4 threads. */
export async function expectSameBits(programs: readonly Program[]): Promise<void> {
  const results = await Promise.all(
    [1, 2, 4].map(async (threads) => {
      const backend = await cpu({ threads });
      const words: Int32Array[] = [];
      for (const program of programs) words.push(await wordsOf(backend, program));
      await backend.dispose();
      return words;
    }),
  );
  for (const words of results.slice(1))
    words.forEach((output, i) => expect(firstDifference(output, results[0]![i]!)).toBe(-1));
}

/** Expects the same bits where scratch was NaN before: freed memory keeps what was in it. */
export async function expectNothingStale(programs: readonly Program[]): Promise<void> {
  const backend = await cpu();
  const expected: Int32Array[] = [];
  for (const program of programs) expected.push(await wordsOf(backend, program));
  const stale = backend.allocate(2 ** 24);
  backend.write(stale, new Uint8Array(new Float32Array(2 ** 22).fill(NaN).buffer));
  backend.free(stale);
  for (const [i, program] of programs.entries())
    expect(firstDifference(await wordsOf(backend, program), expected[i]!)).toBe(-1);
  await backend.dispose();
}
