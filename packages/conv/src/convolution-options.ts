import {
  ArgumentError,
  DTypeError,
  formatShape,
  isFloat,
  refuseOptions,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { checkTensor, type Tensor } from "@dl/tensor";
import type { Pair, SpatialNames } from "./window.ts";

/** What a convolution and a transposed one have in common. */
export interface ConvolutionOptions {
  /** Step of the window. Default 1. */
  readonly stride?: Pair;
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: Pair;
  /** Parts that the channels are cut into; each sees only its own. Default 1. */
  readonly groups?: number;
}

/** Zeros around the image; `"same"` keeps its size at stride 1, `"valid"` adds none. */
export type Padding = Pair | "same" | "valid";

export interface Conv2dOptions extends ConvolutionOptions {
  /** Default 0. */
  readonly padding?: Padding;
}

export const conv2dKinds: OptionKinds<Conv2dOptions> = {
  padding: 'number|list|"same"|"valid"',
  stride: "number|list",
  dilation: "number|list",
  groups: "number",
};

export interface ConvTranspose2dOptions extends ConvolutionOptions {
  /** Cells cut from every side of the result. Default 0. */
  readonly padding?: Pair;
  /** Rows and columns added at the bottom and right, fewer than the stride or the dilation. Default 0. */
  readonly outputPadding?: Pair;
}

export const convTranspose2dKinds: OptionKinds<ConvTranspose2dOptions> = {
  padding: "number|list",
  outputPadding: "number|list",
  stride: "number|list",
  dilation: "number|list",
  groups: "number",
};

/** {@link ConvolutionOptions} for sequences. */
export interface Convolution1dOptions {
  /** Step of the window. Default 1. */
  readonly stride?: number;
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: number;
  /** Parts that the channels are cut into; each sees only its own. Default 1. */
  readonly groups?: number;
}

/** @throws {ShapeError | DTypeError | ArgumentError} for a weight, bias or groups that cannot be. */
export function checkWeight(
  op: string,
  spatial: SpatialNames,
  inputs: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  groups: number,
  channelAxes: string,
): void {
  const layout = `[${channelAxes}, ${spatial.windowAxes}]`;
  checkTensor(op, weight);
  refuseOptions(op, bias, "the bias", "Pass undefined first");
  if (bias !== undefined) checkTensor(op, bias);
  if (weight.ndim !== spatial.ndim)
    throw new ShapeError(op, `weight must be ${layout}, got ${formatShape(weight.shape)}.`, {
      received: weight.shape,
    });
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(
      op,
      `groups must be a whole number of at least 1: received ${groups}.`,
      {
        received: groups,
      },
    );
  if (weight.shape.includes(0))
    throw new ShapeError(
      op,
      `weight has an empty axis: ${formatShape(weight.shape)} (layout ${layout}).`,
      {
        received: weight.shape,
      },
    );
  for (const tensor of [inputs, weight, bias])
    if (tensor !== undefined && (!isFloat(tensor.dtype) || tensor.dtype !== inputs.dtype))
      throw new DTypeError(
        op,
        `input, weight and bias must have one float type: input ${inputs.dtype}, weight ${weight.dtype}${bias === undefined ? "" : `, bias ${bias.dtype}`}. Convert with x.cast("float32").`,
        { received: tensor.dtype },
      );
  for (const tensor of [weight, bias]) if (tensor !== undefined) checkBackend(op, inputs, tensor);
}

/** @throws {ArgumentError} if the tensors live on different backends. */
export function checkBackend(op: string, inputs: Tensor, other: Tensor): void {
  if (other.backend !== inputs.backend)
    throw new ArgumentError(
      op,
      `tensors live on different backends: ${inputs.backend.name} and ${other.backend.name}. Move one with await x.to(backend).`,
      { expected: inputs.backend.name, received: other.backend.name },
    );
}

/** Adds one number per channel. @throws {ShapeError} unless there is one for each. */
export function addBias(op: string, outputs: Tensor, bias: Tensor | undefined): Tensor {
  if (bias === undefined) return outputs;
  const channels = outputs.shape[1]!;
  if (bias.ndim !== 1 || bias.shape[0] !== channels)
    throw new ShapeError(
      op,
      `bias must be [${channels}], one number per output channel, got ${formatShape(bias.shape)}.`,
      { expected: [channels], received: bias.shape },
    );
  return outputs.add(bias.reshape([channels, ...outputs.shape.slice(2).map(() => 1)]));
}
