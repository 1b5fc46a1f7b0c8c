import { ArgumentError, checkOptions } from "@dl/backend";
import { checkList } from "../check-given.ts";
import { checkNumber, checkWhole } from "../check-range.ts";
import { imagesOf } from "./images.ts";
import type { Transform } from "./transform.ts";

/** Border of {@link randomCrop}. */
export interface RandomCropOptions {
  /** Rows and columns of zeros added on every side before cutting. Default 0. */
  readonly padding?: number;
}

/**
 * Cuts a window of `size` (a side, or [height, width]) out of every image at a random place.
 *
 * Shape: [N, C, H, W] → [N, C, height, width].
 *
 * @throws {ArgumentError} if a padded image is smaller than the window.
 * @example
 * const digits = new ProceduralDigits({ length: 10 });
 * const transform = onField("inputs", randomCrop(24));
 * const [batch] = new DataLoader(digits, { batchSize: 10, transform });
 * batch.inputs.shape; // => [10, 1, 24, 24]
 */
export function randomCrop(
  size: number | readonly [height: number, width: number],
  options: RandomCropOptions = {},
): Transform {
  const { padding = 0 } = checkOptions("randomCrop", options, { padding: "number" });
  const sides = typeof size === "number" ? [size, size] : size;
  checkList(sides, "size", "randomCrop");
  const [cropHeight, cropWidth] = sides as readonly [height: number, width: number];
  checkWhole(cropHeight, 1, Infinity, "height", "randomCrop");
  checkWhole(cropWidth, 1, Infinity, "width", "randomCrop");
  checkWhole(padding, 0, Infinity, "padding", "randomCrop");
  return (array, random) => {
    const { data, count, channels, height, width } = imagesOf(array, "randomCrop");
    const freeRows = height + 2 * padding - cropHeight;
    const freeColumns = width + 2 * padding - cropWidth;
    if (freeRows < 0 || freeColumns < 0)
      throw new ArgumentError(
        "randomCrop",
        `the window is larger than the image: ${cropHeight} x ${cropWidth} of ${height} x ${width} with padding ${padding}. Use a smaller window or more padding.`,
        { expected: [height, width], received: [cropHeight, cropWidth] },
      );
    const cropped = new Float32Array(count * channels * cropHeight * cropWidth);
    let to = 0;
    for (let n = 0; n < count; n++) {
      const top = random.below(freeRows + 1) - padding;
      const left = random.below(freeColumns + 1) - padding;
      const first = Math.max(left, 0);
      const last = Math.min(left + cropWidth, width);
      for (let c = 0; c < channels; c++)
        for (let row = top; row < top + cropHeight; row++, to += cropWidth) {
          if (row < 0 || row >= height || first >= last) continue;
          const from = ((n * channels + c) * height + row) * width;
          cropped.set(data.subarray(from + first, from + last), to + first - left);
        }
    }
    return { data: cropped, shape: [count, channels, cropHeight, cropWidth] };
  };
}

/** Direction and probability of {@link randomFlip}. */
export interface RandomFlipOptions {
  /** Left to right, or top to bottom. Default `"horizontal"`. */
  readonly direction?: "horizontal" | "vertical";
  /** Of each image to be flipped. Default 0.5. */
  readonly probability?: number;
}

/**
 * Mirrors some of the images, each by its own throw of the dice.
 *
 * Shape: [N, C, H, W] → the same.
 *
 * @throws {ArgumentError} if the probability is not from 0 to 1, or the direction unknown.
 * @example
 * const shapes = new ProceduralShapes({ length: 6 });
 * const transform = onField("inputs", randomFlip({ direction: "vertical" }));
 * const [batch] = new DataLoader(shapes, { batchSize: 6, transform });
 * batch.inputs.shape; // => [6, 3, 32, 32]
 */
export function randomFlip(options: RandomFlipOptions = {}): Transform {
  const { direction = "horizontal", probability = 0.5 } = checkOptions("randomFlip", options, {
    direction: '"horizontal"|"vertical"',
    probability: "number",
  });
  checkNumber(probability, 0, 1, "probability", "randomFlip");
  return (array, random) => {
    const { data, count, channels, height, width } = imagesOf(array, "randomFlip");
    const flipped = data.slice();
    const imageLength = channels * height * width;
    for (let n = 0; n < count; n++) {
      if (random.uniform(0, 1) >= probability) continue;
      const end = (n + 1) * imageLength;
      if (direction === "horizontal")
        for (let row = n * imageLength; row < end; row += width)
          flipped.subarray(row, row + width).reverse();
      else
        for (let plane = n * imageLength; plane < end; plane += height * width)
          for (let row = 0; row < height; row++) {
            const from = plane + (height - 1 - row) * width;
            flipped.set(data.subarray(from, from + width), plane + row * width);
          }
    }
    return { data: flipped, shape: array.shape };
  };
}
