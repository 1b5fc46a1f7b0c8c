import {
  checkOptions,
  elementCount,
  formatShape,
  ShapeError,
  windowOutputSize,
  type OptionKinds,
} from "@dl/backend";
import { checkTensor, pad, zeros, type Tensor } from "@dl/tensor";
import { checkFloat } from "./pooling-window.ts";
import {
  checkFits,
  checkInputs,
  checkResultSize,
  images,
  imageSize,
  pairOf,
  symmetricPadding,
  type Pair,
  type Sizes,
} from "./window.ts";

/** Where the windows of {@link unfold} and {@link fold} stand. */
export interface UnfoldOptions {
  /** Step of the window. Default 1. */
  readonly stride?: Pair;
  /** Zeros around the image. Default 0. */
  readonly padding?: Pair;
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: Pair;
}

export const unfoldKinds: OptionKinds<UnfoldOptions> = {
  stride: "number|list",
  padding: "number|list",
  dilation: "number|list",
};

/**
 * Every window's contents as a column (im2col): a convolution is the product of its weight, as a
 * matrix, with this.
 *
 * Shape: [batch, channels, height, width] → [batch, channels·kernelHeight·kernelWidth, windows],
 * windows row by row.
 *
 * @throws {ShapeError} if the window does not fit.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const x = tensor([[[[1, 2, 3], [4, 5, 6]]]]);
 * await unfold(x, 2).toArray(); // => [[[1, 2], [2, 3], [4, 5], [5, 6]]]
 */
export function unfold(inputs: Tensor, kernelSize: Pair, options: UnfoldOptions = {}): Tensor {
  const op = "unfold";
  checkInputs(op, images, inputs);
  checkFloat(op, inputs);
  const window = unfoldWindow(op, kernelSize, options);
  const { kernel, padding } = window;
  checkFits(op, images, inputs, kernel, { ...window, padding: symmetricPadding(padding) });
  const [height, width] = padding;
  const padded = pad(inputs, [
    [height, height],
    [width, width],
  ]);
  const [batch, channels] = inputs.shape as [number, number];
  const { positions, windows } = windowPositions(op, window, imageSize(padded));
  return padded
    .flatten(2)
    .indexSelect(2, positions)
    .reshape([batch, channels * elementCount(kernel), windows]);
}

/**
 * Columns added back where {@link unfold} took them from: its adjoint (col2im). Where windows
 * overlap the contents are summed.
 *
 * Shape: [batch, channels·kernelHeight·kernelWidth, windows] → [batch, channels, …outputSize].
 *
 * @throws {ShapeError} if the columns are not those of such images.
 * @throws {DTypeError} if the input is not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * await fold(ones([1, 4, 2]), [2, 3], 2).toArray(); // => [[[[1, 2, 1], [1, 2, 1]]]]
 */
export function fold(
  inputs: Tensor,
  outputSize: Pair,
  kernelSize: Pair,
  options: UnfoldOptions = {},
): Tensor {
  const op = "fold";
  checkTensor(op, inputs);
  if (inputs.ndim !== 3)
    throw new ShapeError(
      op,
      `input must be [batch, channels·kernelHeight·kernelWidth, windows], got ${formatShape(inputs.shape)}.`,
      { received: inputs.shape },
    );
  checkFloat(op, inputs);
  const size = pairOf(op, "outputSize", outputSize, 1);
  const window = unfoldWindow(op, kernelSize, options);
  const { kernel, padding } = window;
  const padded = [size[0] + 2 * padding[0], size[1] + 2 * padding[1]] as const;
  checkResultSize(op, padded);
  const { positions, windows } = windowPositions(op, window, padded);
  const [batch, rows, columns] = inputs.shape as [number, number, number];
  const cells = elementCount(kernel);
  if (rows % cells !== 0 || columns !== windows)
    throw new ShapeError(
      op,
      `images of ${size[0]} x ${size[1]} give [batch, channels·${cells}, ${windows}], got ${formatShape(inputs.shape)}. Use the sizes that unfold was given.`,
      { expected: [batch, cells, windows], received: inputs.shape },
    );
  const { dtype, backend } = inputs;
  const channels = rows / cells;
  return zeros([batch, channels, padded[0] * padded[1]], { dtype, backend })
    .indexAdd(2, positions, inputs.reshape([batch, channels, positions.length]))
    .reshape([batch, channels, ...padded])
    .narrow(2, padding[0], size[0])
    .narrow(3, padding[1], size[1]);
}

interface UnfoldWindow {
  readonly kernel: Sizes;
  readonly stride: Sizes;
  readonly dilation: Sizes;
  readonly padding: Sizes;
}

function unfoldWindow(op: string, kernelSize: Pair, options: UnfoldOptions): UnfoldWindow {
  checkOptions(op, options, unfoldKinds);
  return {
    kernel: pairOf(op, "kernelSize", kernelSize, 1),
    stride: pairOf(op, "stride", options.stride ?? 1, 1),
    dilation: pairOf(op, "dilation", options.dilation ?? 1, 1),
    padding: pairOf(op, "padding", options.padding ?? 0, 0),
  };
}

/** Where in a padded plane, row by row, each cell of the window meets each of its places. */
function windowPositions(
  op: string,
  { kernel, stride, dilation }: UnfoldWindow,
  padded: Sizes,
): { readonly positions: number[]; readonly windows: number } {
  const window = { stride, dilation, padding: [0, 0, 0, 0] as const };
  const [tall, wide] = windowOutputSize(padded, kernel, window).map((size) =>
    Math.max(size, 0),
  ) as [number, number];
  checkResultSize(op, [...kernel, tall, wide]);
  const positions: number[] = [];
  for (let u = 0; u < kernel[0]; u++)
    for (let v = 0; v < kernel[1]; v++)
      for (let i = 0; i < tall; i++)
        for (let j = 0; j < wide; j++)
          positions.push(
            (i * stride[0] + u * dilation[0]) * padded[1] + j * stride[1] + v * dilation[1],
          );
  return { positions, windows: tall * wide };
}
