import { ShapeError, formatShape } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { avgPool2d, maxPool2d } from "./pooling.ts";
import { checkFloat } from "./pooling-window.ts";
import { resample } from "./resample.ts";
import {
  checkResultSize,
  checkInputs,
  images,
  imageSize,
  isListOf,
  pairOf,
  type Sizes,
} from "./window.ts";

/** Height and width of a result, or one number for both; `null` keeps the input's. */
export type OutputSize = number | readonly [height: number | null, width: number | null];

/**
 * Mean over parts of the image, as many as the result is to have: part i of n reaches from
 * ⌊i·height / n⌋ to ⌈(i + 1)·height / n⌉.
 *
 * Shape: [batch, channels, height, width] → [batch, channels, …outputSize].
 *
 * @throws {ShapeError} if the input is no batch of images or has none of their cells.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for a size below 1.
 * @example
 * adaptiveAvgPool2d(zeros([8, 64, 13, 9]), [6, null]).shape; // => [8, 64, 6, 9]
 */
export function adaptiveAvgPool2d(inputs: Tensor, outputSize: OutputSize): Tensor {
  const [size, target] = sizesOf("adaptiveAvgPool2d", inputs, outputSize);
  if (size[0] % target[0] === 0 && size[1] % target[1] === 0)
    return avgPool2d(inputs, [size[0] / target[0], size[1] / target[1]]);
  return ([0, 1] as const).reduce(
    (image, axis) =>
      resample(
        image,
        2 + axis,
        partsOf(size[axis], target[axis]).map((part) =>
          part.map((position) => [position, 1 / part.length]),
        ),
      ),
    inputs,
  );
}

/**
 * Largest element of each part of the image; parts as in {@link adaptiveAvgPool2d}. The gradient
 * goes to the first of equal ones.
 *
 * Shape: [batch, channels, height, width] → [batch, channels, …outputSize].
 *
 * @throws {ShapeError} if the input is no batch of images or has none of their cells.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for a size below 1.
 * @example
 * await adaptiveMaxPool2d(tensor([[[[1, 5, 2]]]]), [1, 2]).toArray(); // => [[[[5, 5]]]]
 */
export function adaptiveMaxPool2d(inputs: Tensor, outputSize: OutputSize): Tensor {
  const [size, target] = sizesOf("adaptiveMaxPool2d", inputs, outputSize);
  if (size[0] % target[0] === 0 && size[1] % target[1] === 0)
    return maxPool2d(inputs, [size[0] / target[0], size[1] / target[1]]);
  // Shorter parts repeat their last cell: never the first of equal ones.
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    const parts = partsOf(size[axis], target[axis]);
    const longest = Math.max(...parts.map(({ length }) => length));
    return parts.map((part) =>
      Array.from({ length: longest }, (_, tap) => part[tap] ?? part.at(-1)!),
    );
  }) as [number[][], number[][]];
  const cells = inputs.indexSelect(2, rows.flat()).indexSelect(3, columns.flat());
  return maxPool2d(cells, [rows[0]!.length, columns[0]!.length]);
}

/**
 * Mean over each whole image; height and width stay as axes of size 1.
 *
 * Shape: [batch, channels, height, width] → [batch, channels, 1, 1].
 *
 * Source: Lin, Chen & Yan 2014, arXiv:1312.4400, section 3.2.
 *
 * @throws {ShapeError} if the input is no batch of images or has none of their cells.
 * @throws {DTypeError} if the input is not float.
 * @example
 * globalAvgPool2d(zeros([8, 64, 7, 7])).flatten(1).shape; // => [8, 64]
 */
export function globalAvgPool2d(inputs: Tensor): Tensor {
  checkImages("globalAvgPool2d", inputs);
  return inputs.mean([2, 3], { keepDims: true });
}

function checkImages(op: string, inputs: Tensor): void {
  checkInputs(op, images, inputs);
  checkFloat(op, inputs);
  if (inputs.shape[2] === 0 || inputs.shape[3] === 0)
    throw new ShapeError(op, `the images have no cells: input ${formatShape(inputs.shape)}.`, {
      received: inputs.shape,
    });
}

function sizesOf(
  op: string,
  inputs: Tensor,
  outputSize: OutputSize,
): readonly [size: Sizes, target: Sizes] {
  checkImages(op, inputs);
  const size = imageSize(inputs);
  const given = isListOf(2, outputSize)
    ? ([outputSize[0] ?? size[0], outputSize[1] ?? size[1]] as const)
    : outputSize;
  const target = pairOf(op, "outputSize", given, 1);
  checkResultSize(op, [...inputs.shape.slice(0, 2), ...target]);
  return [size, target];
}

/** The positions of each part of an axis. */
function partsOf(size: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count);
    const length = Math.ceil(((i + 1) * size) / count) - start;
    return Array.from({ length }, (_cell, tap) => start + tap);
  });
}
