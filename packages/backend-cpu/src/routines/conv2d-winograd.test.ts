import {
  contiguousLayout,
  elementCount,
  formatProgram,
  routineProgram,
  type Program,
} from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { describe, expect, test } from "vitest";
import { runOn, sampleElements } from "../../test/against-reference.ts";
import { firstDifference } from "../../test/thread-programs.ts";
import { cpu } from "../index.ts";
import { winogradPays } from "../kernels/winograd-sides.ts";

const float = (shape: readonly number[]) => ({
  dtype: "float32" as const,
  layout: contiguousLayout(shape),
});
const once = { stride: [1, 1], dilation: [1, 1], groups: 1 } as const;

/** Forward and both gradients. */
function programsOf(sample: (typeof samples)[number]): Program[] {
  const { batch, channels, size, kernelSize, padding } = sample;
  const settings = { ...once, padding };
  const x = float([batch, channels[0], ...size]);
  const weight = float([channels[1], channels[0], ...kernelSize]);
  const forward = routineProgram("conv2d", settings, [x, weight]);
  const dy = float(forward.result.shape);
  return [
    forward,
    routineProgram("conv2dInputGrad", { ...settings, inputSize: size }, [dy, weight]),
    routineProgram("conv2dWeightGrad", { ...settings, kernelSize }, [x, dy]),
  ];
}

const inputsOf = (program: Program): { elements: number[] }[] =>
  program.inputs.map(({ layout: { elementCount: count } }, i) => ({
    elements: sampleElements("float32", count, i + 1),
  }));

const samples = [
  { batch: 5, channels: [16, 32], size: [14, 14], kernelSize: [5, 5], padding: [2, 2, 2, 2] },
  { batch: 2, channels: [9, 10], size: [16, 8], kernelSize: [3, 3], padding: [1, 1, 1, 1] },
  { batch: 4, channels: [13, 24], size: [12, 26], kernelSize: [3, 3], padding: [0, 0, 0, 0] },
  { batch: 1, channels: [8, 11], size: [25, 16], kernelSize: [3, 3], padding: [2, 1, 0, 2] },
  { batch: 4, channels: [8, 20], size: [25, 23], kernelSize: [5, 5], padding: [1, 2, 3, 1] },
  { batch: 3, channels: [8, 12], size: [16, 17], kernelSize: [3, 5], padding: [1, 0, 2, 1] },
  { batch: 4, channels: [10, 16], size: [21, 22], kernelSize: [5, 3], padding: [3, 3, 2, 2] },
] as const;

describe.each(samples)(
  "$batch of $channels, $size, kernel $kernelSize, padding $padding",
  (sample) => {
    const { channels, size, kernelSize, padding } = sample;
    test("is done this way", () => {
      const [inChannels, outChannels] = channels;
      const shape = { ...once, inChannels, outChannels, inputSize: size, kernelSize, padding };
      expect(winogradPays(shape)).toBe(true);
    });

    test.each([false, true])(
      "as accurate as a plain sum, deterministic: %s",
      async (deterministic) => {
        const backend = await cpu({ deterministic });
        for (const program of programsOf(sample)) {
          const inputs = inputsOf(program);
          const [actual] = await runOn(backend, program, inputs);
          const [expected] = await runOn(reference(), program, inputs);
          let [squares, errors] = [0, 0];
          for (let i = 0; i < expected!.length; i++) {
            squares += expected![i]! ** 2;
            errors += (actual![i]! - expected![i]!) ** 2;
          }
          expect(Math.sqrt(errors / squares), formatProgram(program)).toBeLessThan(4e-7);
        }
        await backend.dispose();
      },
    );

    test("the same bits for 1, 2 and 4 threads", async () => {
      const results = await Promise.all(
        [1, 2, 4].map(async (threads) => {
          const backend = await cpu({ threads });
          const words: Int32Array[] = [];
          for (const program of programsOf(sample)) {
            const [output] = (await runOn(backend, program, inputsOf(program))) as Float32Array[];
            words.push(new Int32Array(output!.buffer, output!.byteOffset, output!.length));
          }
          await backend.dispose();
          return words;
        }),
      );
      for (const words of results.slice(1))
        words.forEach((output, i) => expect(firstDifference(output, results[0]![i]!)).toBe(-1));
    });
  },
);

test("filters it would do less accurately are left to plain sums", () => {
  const channels = { inChannels: 64, outChannels: 64, inputSize: [56, 56] } as const;
  const pays = (...kernelSize: readonly [number, number]): boolean =>
    winogradPays({ ...once, ...channels, kernelSize, padding: [1, 1, 1, 1] });
  expect([pays(3, 3), pays(5, 3), pays(4, 4), pays(2, 3), pays(7, 7)]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("what lies around an output's neighbourhood does not matter", async () => {
  const backend = await cpu();
  const [forward] = programsOf(samples[1]);
  const inputs = inputsOf(forward!);
  const count = elementCount(forward!.outputs[0]!.shape);
  const [expected] = await runOn(backend, forward!, inputs);
  // Freed memory keeps what was in it; scratch must not read it.
  const stale = backend.allocate(2 ** 24);
  backend.write(stale, new Uint8Array(new Float32Array(2 ** 22).fill(NaN).buffer));
  backend.free(stale);
  const [actual] = await runOn(backend, forward!, inputs);
  expect(actual!.length).toBe(count);
  expect(actual).toEqual(expected);
  await backend.dispose();
});
