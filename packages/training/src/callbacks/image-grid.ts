import {
  ArgumentError,
  checkOptions,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { checkCount } from "@dl/nn";
import { checkTensor, concatenate, pad, zeros, type Tensor } from "@dl/tensor";

/** How images are laid side by side. */
export interface ImageGridOptions {
  /** Images per row; about the square root of their number unless said. */
  readonly columns?: number;
  /** Pixels between images and around them. Default 2. */
  readonly gap?: number;
}

export const gridKinds: OptionKinds<ImageGridOptions> = { columns: "number", gap: "number" };

/**
 * Images side by side in one.
 *
 * Shape: [count, channels, height, width] → [channels, rows (height + gap) + gap,
 * columns (width + gap) + gap]; what is between them is 0.
 *
 * @throws {ShapeError} if the images have another shape, or there are none.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * imageGrid(ones([5, 1, 8, 8]), { columns: 3 }).shape; // => [1, 22, 32]
 */
export function imageGrid(images: Tensor, options: ImageGridOptions = {}): Tensor {
  checkTensor("imageGrid", images);
  if (images.ndim !== 4 || images.elementCount === 0)
    throw new ShapeError(
      "imageGrid",
      `needs images [count, channels, height, width]: received ${formatShape(images.shape)}. Add an axis with unsqueeze().`,
      { received: images.shape },
    );
  const [count, channels, height, width] = images.shape as readonly [
    number,
    number,
    number,
    number,
  ];
  const { columns = Math.ceil(Math.sqrt(count)), gap = 2 } = checkOptions(
    "imageGrid",
    options,
    gridKinds,
  );
  checkCount("imageGrid", "columns", columns);
  if (!Number.isInteger(gap) || gap < 0)
    throw new ArgumentError(
      "imageGrid",
      `gap must be a whole number of at least 0: received ${gap}.`,
      {
        received: gap,
      },
    );
  const rows = Math.ceil(count / columns);
  const empty = zeros([rows * columns - count, channels, height, width], {
    dtype: images.dtype,
    backend: images.backend,
  });
  const all = empty.elementCount === 0 ? images : concatenate([images, empty]);
  // A gap at the right of and below each image, and one more at the left of and above all.
  const cells = pad(all.detach(), [
    [0, 0],
    [0, 0],
    [0, gap],
    [0, gap],
  ]);
  const grid = cells
    .reshape([rows, columns, channels, height + gap, width + gap])
    .permute([2, 0, 3, 1, 4])
    .reshape([channels, rows * (height + gap), columns * (width + gap)]);
  return pad(grid, [
    [0, 0],
    [gap, 0],
    [gap, 0],
  ]);
}
