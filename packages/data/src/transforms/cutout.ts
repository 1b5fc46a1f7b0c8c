import { checkWhole } from "../check-range.ts";
import { imagesOf } from "./images.ts";
import type { Transform } from "./transform.ts";

/**
 * Blanks a square of every image, centred on a random pixel; what hangs over the edge is lost.
 *
 * Shape: [N, C, H, W] → the same.
 * Source: DeVries & Taylor 2017, arXiv:1708.04552, section 3.2.
 *
 * @throws {ArgumentError} if size is not a whole number of at least 1.
 * @example
 * const digits = new ProceduralDigits({ length: 10 });
 * const loader = new DataLoader(digits, { batchSize: 10, transform: onField("inputs", cutout(8)) });
 * const [batch] = loader;
 * batch.inputs.shape; // => [10, 1, 28, 28]
 */
export function cutout(size: number): Transform {
  checkWhole(size, 1, Infinity, "size", "cutout");
  return (array, random) => {
    const { data, count, channels, height, width } = imagesOf(array, "cutout");
    const cut = data.slice();
    for (let n = 0; n < count; n++) {
      const top = random.below(height) - (size >> 1);
      const left = random.below(width) - (size >> 1);
      const firstColumn = Math.max(left, 0);
      const lastColumn = Math.min(left + size, width);
      for (let c = 0; c < channels; c++)
        for (let row = Math.max(top, 0); row < Math.min(top + size, height); row++) {
          const start = ((n * channels + c) * height + row) * width;
          cut.fill(0, start + firstColumn, start + lastColumn);
        }
    }
    return { data: cut, shape: array.shape };
  };
}
