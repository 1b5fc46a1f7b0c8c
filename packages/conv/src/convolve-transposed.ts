import { ArgumentError, formatShape, ShapeError } from "@dl/backend";
import { applyOne, pad, type Tensor } from "@dl/tensor";
import { addBias, checkWeight, type ConvTranspose2dOptions } from "./convolution-options.ts";
import {
  checkInputs,
  imageSize,
  windowReach,
  type Sizes,
  type Spatial,
  type SpatialNames,
} from "./window.ts";

/** Transposed convolution of images or sequences, with all its checks. */
export function convolveTransposed(
  op: string,
  spatial: Spatial,
  inputs: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: ConvTranspose2dOptions,
): Tensor {
  const { groups = 1 } = options;
  checkInputs(op, spatial, inputs);
  checkWeight(op, spatial, inputs, weight, bias, groups, "in, out / groups");
  checkTransposedChannels(op, spatial, inputs, weight, groups);
  const stride = spatial.sizesOf(op, "stride", options.stride ?? 1, 1);
  const dilation = spatial.sizesOf(op, "dilation", options.dilation ?? 1, 1);
  const padding = spatial.sizesOf(op, "padding", options.padding ?? 0, 0);
  const extra = spatial.sizesOf(op, "outputPadding", options.outputPadding ?? 0, 0);
  checkOutputPadding(op, extra, stride, dilation, spatial.show);
  const [size, reach] = [imageSize(inputs), windowReach(imageSize(weight), dilation)];
  const enlarged = (axis: 0 | 1): number =>
    (size[axis] - 1) * stride[axis] - 2 * padding[axis] + reach[axis] + extra[axis];
  const inputSize = [enlarged(0), enlarged(1)] as const;
  if (inputSize[0] < 1 || inputSize[1] < 1)
    throw new ShapeError(
      op,
      `the result would be ${spatial.showArea(inputSize)}: input ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)}, padding ${spatial.show(padding)}. Use less padding.`,
      { received: inputs.shape },
    );
  const operands = [spatial.toImages(inputs), spatial.toImages(weight)];
  const window = { stride, dilation, padding, groups };
  return spatial.fromImages(addBias(op, spread(operands, window, extra, inputSize), bias));
}

/** @throws {ArgumentError} unless each is smaller than the stride or the dilation. */
export function checkOutputPadding<Cells extends readonly number[]>(
  op: string,
  extra: Cells,
  stride: Cells,
  dilation: Cells,
  show: (sizes: Cells) => string,
): void {
  if (extra.every((cells, axis) => cells < Math.max(stride[axis]!, dilation[axis]!))) return;
  throw new ArgumentError(
    op,
    `outputPadding must be smaller than the stride or the dilation: received ${show(extra)}, stride ${show(stride)}, dilation ${show(dilation)}.`,
    { expected: stride, received: extra },
  );
}

interface SpreadWindow extends Record<"stride" | "dilation" | "padding", Sizes> {
  readonly groups: number;
}

/**
 * The sum of the weights that each cell of images spreads over a result of a given size.
 *
 * It is a convolution's input gradient, and an input has fewer cells after its last window than
 * the stride. Further ones are first those that `padding` would cut off, then zeros.
 */
export function spread(
  operands: readonly Tensor[],
  { stride, dilation, padding, groups }: SpreadWindow,
  extra: Sizes,
  [height, width]: Sizes,
): Tensor {
  const endOf = (axis: 0 | 1): readonly [cut: number, zeros: number] => {
    const rest = padding[axis] - Math.max(0, extra[axis] - stride[axis] + 1);
    return [Math.max(0, rest), Math.max(0, -rest)];
  };
  const [[bottom, rows], [right, columns]] = [endOf(0), endOf(1)];
  const outputs = applyOne("conv2dInputGrad", operands, {
    stride,
    dilation,
    padding: [padding[0], bottom, padding[1], right],
    groups,
    inputSize: [height - rows, width - columns],
  });
  return pad(outputs, [
    [0, rows],
    [0, columns],
  ]);
}

/** @throws {ShapeError} if the channels of input and weight do not fit. */
export function checkTransposedChannels(
  op: string,
  { layout }: SpatialNames,
  inputs: Tensor,
  weight: Tensor,
  groups: number,
): void {
  const shapes = `input ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)} (layout ${layout})`;
  if (inputs.shape[1] !== weight.shape[0])
    throw new ShapeError(
      op,
      `weight expects ${weight.shape[0]!} input channels, got ${inputs.shape[1]!}: ${shapes}.`,
      { expected: weight.shape[0], received: inputs.shape[1] },
    );
  if (inputs.shape[1]! % groups !== 0)
    throw new ShapeError(
      op,
      `${inputs.shape[1]!} input channels cannot be cut into ${groups} groups: ${shapes}.`,
      { expected: groups, received: inputs.shape[1] },
    );
}
