import { ArgumentError, formatShape, ShapeError, type Window2d } from "@dl/backend";
import { applyOne, type Tensor } from "@dl/tensor";
import { addBias, checkWeight, type ConvolutionOptions } from "./convolution-options.ts";
import { checkFits, checkImages, pairOf, symmetricPadding, type Pair } from "./window.ts";

/** Zeros around the image; `"same"` keeps its size at stride 1, `"valid"` adds none. */
export type Padding = Pair | "same" | "valid";

export interface Conv2dOptions extends ConvolutionOptions {
  /** Default 0. */
  readonly padding?: Padding;
}

/**
 * Two-dimensional convolution (without flipping the kernel, as everywhere in deep learning).
 *
 * y[o, i, j] = b[o] + Σ x[c, i·stride + u·dilation − padding, …] w[o, c, u, v].
 *
 * Shape: inputs [batch, in, height, width], weight [out, in / groups, kernelHeight, kernelWidth],
 * bias [out] → [batch, out, ⌊(height + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, …].
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {DTypeError} if the types differ or are not float.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * conv2d(zeros([8, 1, 28, 28]), zeros([16, 1, 5, 5]), undefined, { padding: 2 }).shape; // => [8, 16, 28, 28]
 */
export function conv2d(
  inputs: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: Conv2dOptions = {},
): Tensor {
  const { groups = 1 } = options;
  checkImages("conv2d", inputs);
  checkWeight("conv2d", inputs, weight, bias, groups, "[out, in / groups, height, width]");
  checkChannels(inputs, weight, groups);
  const kernelSize = [weight.shape[2]!, weight.shape[3]!] as const;
  const window = windowOf(kernelSize, options);
  checkFits("conv2d", inputs, kernelSize, window);
  const outputs = applyOne("conv2d", [inputs, weight], { ...window, groups });
  return addBias("conv2d", outputs, bias);
}

function checkChannels(inputs: Tensor, weight: Tensor, groups: number): void {
  const shapes = `input ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)} (layout NCHW)`;
  const expected = weight.shape[1]! * groups;
  if (inputs.shape[1] !== expected)
    throw new ShapeError(
      "conv2d",
      `weight expects ${expected} input channels, got ${inputs.shape[1]!}: ${shapes}${groups === 1 ? "" : `, groups ${groups}`}.`,
      { expected, received: inputs.shape[1] },
    );
  if (weight.shape[0]! % groups !== 0)
    throw new ShapeError(
      "conv2d",
      `${weight.shape[0]!} output channels cannot be cut into ${groups} groups: ${shapes}.`,
      { expected: groups, received: weight.shape[0] },
    );
}

function windowOf(kernelSize: readonly [number, number], options: Conv2dOptions): Window2d {
  const { padding = 0 } = options;
  const stride = pairOf("conv2d", "stride", options.stride ?? 1, 1);
  const dilation = pairOf("conv2d", "dilation", options.dilation ?? 1, 1);
  if (typeof padding !== "string")
    return {
      stride,
      dilation,
      padding: symmetricPadding(pairOf("conv2d", "padding", padding, 0)),
    };
  if (padding === "valid") return { stride, dilation, padding: [0, 0, 0, 0] };
  if (padding !== "same")
    throw new ArgumentError(
      "conv2d",
      `unknown padding: received ${JSON.stringify(padding)}. Use numbers, "same" or "valid".`,
      { received: padding },
    );
  if (stride[0] !== 1 || stride[1] !== 1)
    throw new ArgumentError(
      "conv2d",
      `padding "same" needs stride 1: received ${formatShape(stride)}. Give the padding in numbers.`,
      { expected: 1, received: stride },
    );
  // An odd rest goes to the bottom and right, as in PyTorch.
  const [tall, wide] = [dilation[0] * (kernelSize[0] - 1), dilation[1] * (kernelSize[1] - 1)];
  const [top, left] = [Math.floor(tall / 2), Math.floor(wide / 2)];
  return { stride, dilation, padding: [top, tall - top, left, wide - left] };
}
