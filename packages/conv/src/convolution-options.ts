import { ArgumentError, DTypeError, formatShape, isFloat, ShapeError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { Pair } from "./window.ts";

/** What a convolution and a transposed one have in common. */
export interface ConvolutionOptions {
  /** Step of the window. Default 1. */
  readonly stride?: Pair;
  /** Distance between the window's cells. Default 1. */
  readonly dilation?: Pair;
  /** Parts that the channels are cut into; each sees only its own. Default 1. */
  readonly groups?: number;
}

/** @throws {ShapeError | DTypeError | ArgumentError} for a weight, bias or groups that cannot be. */
export function checkWeight(
  op: string,
  inputs: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  groups: number,
  layout: string,
): void {
  if (weight.ndim !== 4)
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
  for (const tensor of [weight, bias])
    if (tensor !== undefined && tensor.backend !== inputs.backend)
      throw new ArgumentError(
        op,
        `tensors live on different backends: ${inputs.backend.name} and ${tensor.backend.name}. Move one with await x.to(backend).`,
        { expected: inputs.backend.name, received: tensor.backend.name },
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
  return outputs.add(bias.reshape([channels, 1, 1]));
}
