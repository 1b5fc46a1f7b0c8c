import { ArgumentError, formatShape, ShapeError } from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { addBias, checkWeight, type ConvTranspose2dOptions } from "./convolution-options.ts";
import {
  checkInputs,
  imageSize,
  symmetricPadding,
  windowReach,
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
  if (extra[0] >= stride[0] || extra[1] >= stride[1])
    throw new ArgumentError(
      op,
      `outputPadding must be smaller than the stride: received ${spatial.show(extra)}, stride ${spatial.show(stride)}.`,
      { expected: stride, received: extra },
    );
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
  const outputs = applyOne("conv2dInputGrad", operands, {
    stride,
    dilation,
    padding: symmetricPadding(padding),
    groups,
    inputSize,
  });
  return spatial.fromImages(addBias(op, outputs, bias));
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
