import { ShapeError, formatShape, normalizeAxis } from "@dl/backend";
import { stepRecorder, type Tensor } from "@dl/tensor";
import type { Layer } from "../layer-options.ts";
import type { Parameter } from "../parameter.ts";

/** A layer whose weight can be replaced by something computed from it. */
export interface WeightedLayer extends Layer {
  readonly weight: Parameter;
}

/** What `layer` gives with another weight; its own is back in place afterwards. */
export function forwardWith(layer: WeightedLayer, weight: Tensor, inputs: Tensor): Tensor {
  // A compiled step then knows that the weight is back in place when it ends.
  stepRecorder()?.reads(layer);
  const holder = layer as { weight: Tensor };
  const own = holder.weight;
  holder.weight = weight;
  try {
    return layer.forward(inputs);
  } finally {
    holder.weight = own;
  }
}

/** The axis of a weight's outputs, from the front. @throws {ShapeError | AxisError} */
export function outputAxis(op: string, layer: WeightedLayer, axis: number): number {
  if (layer.weight.ndim < 2)
    throw new ShapeError(
      op,
      `needs a layer with a weight of at least 2 axes: received ${formatShape(layer.weight.shape)}.`,
      { received: layer.weight.shape },
    );
  return normalizeAxis(axis, layer.weight.ndim, op);
}
