import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkFloat } from "./pooling-window.ts";
import { resample, type Tap } from "./resample.ts";
import { checkInputs, images, showSizes } from "./window.ts";

/**
 * A low-pass filter along both axes that keeps size and brightness; zeros go on outside. The taps
 * are divided by their sum.
 *
 * Shape: [batch, channels, height, width] → the same.
 *
 * Source: Zhang 2019, arXiv:1904.11486, section 3.2 (the taps 1, 3, 3, 1).
 *
 * @throws {ShapeError} if the input is no batch of images.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} if there are no taps or their sum is 0 or not finite.
 * @example
 * const x = tensor([[[[0, 0, 0], [0, 16, 0], [0, 0, 0]]]]);
 * await blur(x, [1, 2, 1]).toArray(); // => [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]]
 */
export function blur(inputs: Tensor, taps: readonly number[] = [1, 3, 3, 1]): Tensor {
  checkInputs("blur", images, inputs);
  checkFloat("blur", inputs);
  const sum = Array.isArray(taps) ? taps.reduce<number>((total, tap) => total + tap, 0) : NaN;
  if (sum === 0 || !Number.isFinite(sum))
    throw new ArgumentError(
      "blur",
      `the taps must be numbers with a sum other than 0: received ${showSizes(taps)}.`,
      { received: taps },
    );
  const before = Math.floor(taps.length / 2);
  // Flipped, as every filter.
  const weights = taps.map((tap) => tap / sum).toReversed();
  return ([2, 3] as const).reduce((blurred, axis) => {
    const size = inputs.shape[axis]!;
    const rows = Array.from({ length: size }, (_, i) =>
      weights
        .map((weight, tap): Tap => [i - before + tap, weight])
        .filter(([position]) => position >= 0 && position < size),
    );
    return resample(blurred, axis, rows);
  }, inputs);
}
