import { checkOptions } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { forwardWith, outputAxis, type WeightedLayer } from "./weight-wrapper.ts";
import { weightNormNaming, type PytorchNaming } from "../pytorch/names-table.ts";

/** The axis of {@link WeightNorm}. */
export interface WeightNormOptions {
  /** The axis of the weight's outputs. Default 0; 1 for transposed convolutions. */
  readonly axis?: number;
}

/**
 * A layer whose weight is learnt as a magnitude and a direction per output.
 *
 * weight = magnitude · v / ‖v‖; v is the wrapped layer's own weight, and the magnitude starts as its
 * norm, so that wrapping changes nothing at first.
 *
 * Shape: as the layer; magnitude [out, 1, ...].
 * Source: Salimans & Kingma 2016, arXiv:1602.07868, eq. 2.
 *
 * @throws {ShapeError} if the weight has fewer than 2 axes.
 * @example
 * const layer = new WeightNorm(new Linear(784, 128));
 * [...layer.namedParameters().keys()]; // => ["magnitude", "layer.weight", "layer.bias"]
 */
export class WeightNorm extends Module {
  readonly magnitude: Parameter;
  readonly layer: WeightedLayer;
  private readonly axes: readonly number[];

  static get pytorchNaming(): PytorchNaming {
    return weightNormNaming;
  }

  constructor(layer: WeightedLayer, options: WeightNormOptions = {}) {
    super();
    const { axis: asked = 0 } = checkOptions("weightNorm", options, { axis: "number" });
    const axis = outputAxis("weightNorm", layer, asked);
    this.axes = layer.weight.shape.map((_, other) => other).filter((other) => other !== axis);
    this.magnitude = new Parameter(this.lengths(layer.weight.detach()));
    this.layer = layer;
  }

  forward(inputs: Tensor): Tensor {
    const { weight } = this.layer;
    const scale = this.magnitude.div(this.lengths(weight));
    return forwardWith(this.layer, weight.mul(scale), inputs);
  }

  private lengths(weight: Tensor): Tensor {
    return weight.norm(2, this.axes, { keepDims: true });
  }
}
