import { describe, expect, test } from "vitest";
import {
  convolutionPrograms,
  relativeErrors,
  expectNothingStale,
  expectSameBits,
} from "../../test/convolution-programs.ts";
import { winogradPays } from "../kernels/winograd-sides.ts";

const once = { stride: [1, 1], dilation: [1, 1], groups: 1 } as const;

const samples = [
  { batch: 5, channels: [16, 32], inputSize: [14, 14], kernelSize: [5, 5], padding: [2, 2, 2, 2] },
  { batch: 2, channels: [9, 10], inputSize: [16, 8], kernelSize: [3, 3], padding: [1, 1, 1, 1] },
  { batch: 4, channels: [13, 24], inputSize: [12, 26], kernelSize: [3, 3], padding: [0, 0, 0, 0] },
  { batch: 1, channels: [8, 11], inputSize: [25, 16], kernelSize: [3, 3], padding: [2, 1, 0, 2] },
  { batch: 4, channels: [8, 20], inputSize: [25, 23], kernelSize: [5, 5], padding: [1, 2, 3, 1] },
  { batch: 3, channels: [8, 12], inputSize: [16, 17], kernelSize: [3, 5], padding: [1, 0, 2, 1] },
  { batch: 4, channels: [10, 16], inputSize: [21, 22], kernelSize: [5, 3], padding: [3, 3, 2, 2] },
  { batch: 3, channels: [9, 13], inputSize: [26, 32], kernelSize: [3, 3], padding: [1, 1, 1, 1] },
  { batch: 2, channels: [8, 12], inputSize: [28, 32], kernelSize: [5, 5], padding: [2, 2, 2, 2] },
  {
    batch: 1,
    channels: [40, 48],
    inputSize: [16, 16],
    kernelSize: [3, 3],
    padding: [1, 1, 1, 1],
    groups: 4,
  },
  {
    batch: 3,
    channels: [16, 32],
    inputSize: [14, 16],
    kernelSize: [3, 3],
    padding: [1, 1, 1, 1],
    groups: 2,
  },
] as const;

describe.each(samples)(
  "$batch of $channels, $inputSize, kernel $kernelSize, padding $padding",
  ({ batch, channels: [inChannels, outChannels], ...rest }) => {
    const shape = { ...once, inChannels, outChannels, ...rest };
    const programs = convolutionPrograms(batch, shape);

    test("is done this way", () => {
      const { groups } = shape;
      const group = { inChannels: inChannels / groups, outChannels: outChannels / groups };
      expect(winogradPays({ ...shape, ...group, groups: 1 })).toBe(true);
    });
    test.each([false, true])(
      "as accurate as a plain sum, deterministic: %s",
      async (deterministic) => {
        for (const error of await relativeErrors(programs, deterministic))
          expect(error).toBeLessThan(4e-7);
      },
    );
    test("the same bits for 1, 2 and 4 threads", () => expectSameBits(programs));
    test("what scratch held before does not matter", () => expectNothingStale(programs));
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
