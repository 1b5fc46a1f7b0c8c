import { contiguousLayout, formatProgram, routineProgram, type Program } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { describe, expect, test } from "vitest";
import { runOn, sampleElements } from "../../test/against-reference.ts";
import { firstDifference } from "../../test/thread-programs.ts";
import { cpu } from "../index.ts";
import {
  halvingForward,
  halvingInputGradient,
  halvingWeightGradient,
} from "../kernels/halving-plan.ts";

const float = (shape: readonly number[]) => ({
  dtype: "float32" as const,
  layout: contiguousLayout(shape),
});
const halving = { kernelSize: [4, 4], stride: [2, 2], dilation: [1, 1], groups: 1 } as const;

// Sizes whose outputs divide into tiles in every way: 3k, 3k + 1 and 3k + 2, and so do those of the gradient.
const samples = [
  { batch: 16, channels: [16, 16], size: [14, 14], padding: [1, 1, 1, 1] },
  { batch: 21, channels: [24, 32], size: [8, 12], padding: [1, 1, 1, 1] },
  { batch: 32, channels: [32, 40], size: [4, 28], padding: [1, 1, 1, 1] },
  { batch: 23, channels: [24, 16], size: [11, 9], padding: [0, 1, 1, 0] },
  { batch: 16, channels: [16, 24], size: [16, 10], padding: [0, 0, 3, 3] },
] as const;

type Sample = (typeof samples)[number];

/** Forward and both gradients. */
function programsOf({ batch, channels, size, padding }: Sample): Program[] {
  const { kernelSize, ...rest } = halving;
  const settings = { ...rest, padding };
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

/** Of a plain sum of float32 products, relative and root mean square, it is 1.8e-8 times the root of their number. */
const plainError = 2e-8;

/** Products in an output of each program. */
function productsOf({ batch, channels, size, padding }: Sample): number[] {
  const outputs = [0, 1].map(
    (axis) => (size[axis]! + padding[2 * axis]! + padding[2 * axis + 1]! - 2) >> 1,
  );
  return [16 * channels[0], 4 * channels[1], batch * outputs[0]! * outputs[1]!];
}

const shapeOf = ({ channels: [inChannels, outChannels], size, padding }: Sample) => ({
  ...halving,
  inChannels,
  outChannels,
  inputSize: size,
  padding,
});

describe.each(samples)("$batch of $channels, $size, padding $padding", (sample) => {
  test("is done this way", () => {
    for (const plan of [halvingForward, halvingInputGradient, halvingWeightGradient])
      expect(plan(shapeOf(sample), sample.batch)).toBeDefined();
  });

  test.each([false, true])(
    "as accurate as a plain sum, deterministic: %s",
    async (deterministic) => {
      const backend = await cpu({ deterministic });
      for (const [i, program] of programsOf(sample).entries()) {
        const inputs = inputsOf(program);
        const [actual] = await runOn(backend, program, inputs);
        const [expected] = await runOn(reference(), program, inputs);
        let [squares, errors] = [0, 0];
        for (let at = 0; at < expected!.length; at++) {
          squares += expected![at]! ** 2;
          errors += (actual![at]! - expected![at]!) ** 2;
        }
        const bound = plainError * Math.sqrt(productsOf(sample)[i]!);
        expect(Math.sqrt(errors / squares), formatProgram(program)).toBeLessThan(bound);
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
});

test("what does not halve, or would not pay, is left to others", () => {
  const shape = shapeOf(samples[0]);
  const isChosen = (change: object, batch = 32): boolean =>
    halvingForward({ ...shape, ...change }, batch) !== undefined;
  expect(isChosen({})).toBe(true);
  for (const change of [
    { kernelSize: [3, 3] },
    { stride: [1, 1] },
    { dilation: [2, 2] },
    { groups: 2 },
    { inChannels: 12 },
    // A row of pixels below the last window.
    { inputSize: [15, 14], padding: [0, 0, 1, 1] },
    // Panels of a depth that no first-level cache holds.
    { inChannels: 256 },
  ])
    expect(isChosen(change), JSON.stringify(change)).toBe(false);
  expect(isChosen({}, 8)).toBe(false);
  expect(halvingWeightGradient(shape, 1024)).toBeUndefined();
});
