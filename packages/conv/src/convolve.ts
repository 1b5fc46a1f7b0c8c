import { ArgumentError, formatShape, ShapeError, type Window2d } from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { addBias, checkWeight, type Conv2dOptions } from "./convolution-options.ts";
import {
  checkFits,
  checkInputs,
  imageSize,
  symmetricPadding,
  type Sizes,
  type Spatial,
  type SpatialNames,
} from "./window.ts";

/** Convolution of images or sequences, with all its checks. */
export function convolve(
  op: string,
  spatial: Spatial,
  inputs: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: Conv2dOptions,
): Tensor {
  const { groups = 1 } = options;
  checkInputs(op, spatial, inputs);
  checkWeight(op, spatial, inputs, weight, bias, groups, "out, in / groups");
  checkConvolutionChannels(op, spatial, inputs, weight, groups);
  const kernelSize = imageSize(weight);
  const window = convolutionWindow(op, spatial, kernelSize, options);
  checkFits(op, spatial, inputs, kernelSize, window);
  const outputs = applyOne("conv2d", [spatial.toImages(inputs), spatial.toImages(weight)], {
    ...window,
    groups,
  });
  return spatial.fromImages(addBias(op, outputs, bias));
}

/** @throws {ShapeError} if the channels of input and weight do not fit. */
export function checkConvolutionChannels(
  op: string,
  { layout }: SpatialNames,
  inputs: Tensor,
  weight: Tensor,
  groups: number,
): void {
  const shapes = `input ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)} (layout ${layout})`;
  const expected = weight.shape[1]! * groups;
  if (inputs.shape[1] !== expected)
    throw new ShapeError(
      op,
      `weight expects ${expected} input channels, got ${inputs.shape[1]!}: ${shapes}${groups === 1 ? "" : `, groups ${groups}`}.${inputs.shape.at(-1) === expected ? " The input's last axis has as many: channels come second, so permute it." : ""}`,
      { expected, received: inputs.shape[1] },
    );
  if (weight.shape[0]! % groups !== 0)
    throw new ShapeError(
      op,
      `${weight.shape[0]!} output channels cannot be cut into ${groups} groups: ${shapes}.`,
      { expected: groups, received: weight.shape[0] },
    );
}

/** The window with `"same"` and `"valid"` in numbers. @throws {ArgumentError} for what cannot be. */
export function convolutionWindow(
  op: string,
  spatial: Spatial,
  kernelSize: Sizes,
  options: Conv2dOptions,
): Window2d {
  const { padding = 0 } = options;
  const stride = spatial.sizesOf(op, "stride", options.stride ?? 1, 1);
  const dilation = spatial.sizesOf(op, "dilation", options.dilation ?? 1, 1);
  if (typeof padding !== "string")
    return {
      stride,
      dilation,
      padding: symmetricPadding(spatial.sizesOf(op, "padding", padding, 0)),
    };
  if (padding === "valid") return { stride, dilation, padding: [0, 0, 0, 0] };
  if (stride[0] !== 1 || stride[1] !== 1)
    throw new ArgumentError(
      op,
      `padding "same" needs stride 1: received ${spatial.show(stride)}. Give the padding in numbers.`,
      { expected: 1, received: stride },
    );
  // An odd rest goes to the bottom and right, as in PyTorch.
  const [tall, wide] = [dilation[0] * (kernelSize[0] - 1), dilation[1] * (kernelSize[1] - 1)];
  const [top, left] = [Math.floor(tall / 2), Math.floor(wide / 2)];
  return { stride, dilation, padding: [top, tall - top, left, wide - left] };
}
