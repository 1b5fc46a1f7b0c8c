import { describe, expect, test } from "vitest";
import {
  convolutionPrograms,
  relativeErrors,
  expectNothingStale,
  expectSameBits,
} from "../../test/convolution-programs.ts";
import {
  halvingForward,
  halvingInputGradient,
  halvingWeightGradient,
} from "../kernels/halving-plan.ts";
import { outputSize } from "../kernels/conv2d-plan.ts";

const halving = { kernelSize: [4, 4], stride: [2, 2], dilation: [1, 1], groups: 1 } as const;

// Sizes whose outputs divide into tiles in every way: 3k, 3k + 1 and 3k + 2, and so do those of the
// gradient; batches that leave none, some and half of the lanes idle.
const samples = [
  { batch: 16, channels: [16, 16], inputSize: [14, 14], padding: [1, 1, 1, 1] },
  { batch: 21, channels: [24, 32], inputSize: [8, 12], padding: [1, 1, 1, 1] },
  { batch: 32, channels: [32, 40], inputSize: [4, 28], padding: [1, 1, 1, 1] },
  { batch: 20, channels: [32, 40], inputSize: [11, 9], padding: [0, 1, 1, 0] },
  { batch: 16, channels: [16, 24], inputSize: [16, 10], padding: [0, 0, 3, 3] },
] as const;

/** Of a plain sum of float32 products, relative and root mean square, it is 1.8e-8 times the root of their number. */
const plainError = 2e-8;

describe.each(samples)(
  "$batch of $channels, $inputSize, padding $padding",
  ({ batch, channels: [inChannels, outChannels], ...rest }) => {
    const shape = { ...halving, inChannels, outChannels, ...rest };
    const programs = convolutionPrograms(batch, shape);

    test("is done this way", () => {
      for (const plan of [halvingForward, halvingInputGradient, halvingWeightGradient])
        expect(plan(shape, batch)).toBeDefined();
    });

    test.each([false, true])(
      "as accurate as a plain sum, deterministic: %s",
      async (deterministic) => {
        const [height, width] = outputSize(shape);
        const products = [16 * inChannels, 4 * outChannels, batch * height * width];
        const errors = await relativeErrors(programs, deterministic);
        errors.forEach((error, i) =>
          expect(error).toBeLessThan(plainError * Math.sqrt(products[i]!)),
        );
      },
    );

    test("the same bits for 1, 2 and 4 threads", () => expectSameBits(programs));
    test("what scratch held before does not matter", () => expectNothingStale(programs));
  },
);

test("what does not halve, or would not pay, is left to others", () => {
  const shape = {
    ...halving,
    inChannels: 16,
    outChannels: 16,
    inputSize: [14, 14],
    padding: [1, 1, 1, 1],
  } as const;
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
