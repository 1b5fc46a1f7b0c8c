import {
  checkOptions,
  extendKinds,
  formatShape,
  normalizeAxis,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { creationKinds, full, type CreationOptions, type Tensor } from "@dl/tensor";
import { checkCount } from "../layer-options.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** Slopes of {@link PReLU}. */
export interface PReLUOptions extends CreationOptions {
  /** 1 slope for all, or one per channel. Default 1. */
  readonly parameterCount?: number;
  /** First value of the slopes. Default 0.25. */
  readonly slope?: number;
}

const preluKinds: OptionKinds<PReLUOptions> = /* @__PURE__ */ extendKinds(creationKinds, {
  parameterCount: "number",
  slope: "number",
});

/**
 * x where positive, else weight · x with a learnt weight.
 *
 * Shape: [batch, channels, ...] → the same; weight [1] or [channels].
 * Source: He et al. 2015, arXiv:1502.01852, eq. 1.
 *
 * @throws {ArgumentError} unless the count is a whole number of at least 1.
 * @example
 * new PReLU({ parameterCount: 16 }).forward(zeros([8, 16, 4, 4])).shape; // => [8, 16, 4, 4]
 */
export class PReLU extends Module {
  readonly weight: Parameter;

  constructor(options: PReLUOptions = {}) {
    super();
    const {
      parameterCount = 1,
      slope = 0.25,
      ...creation
    } = checkOptions("prelu", options, preluKinds);
    checkCount("prelu", "parameterCount", parameterCount);
    this.weight = new Parameter(full([parameterCount], slope, creation));
  }

  forward(inputs: Tensor): Tensor {
    const count = this.weight.elementCount;
    if (count > 1 && inputs.shape[1] !== count)
      throw new ShapeError(
        "prelu",
        `expects ${count} channels: received ${formatShape(inputs.shape)} (layout [batch, channels, ...]).`,
        { expected: count, received: inputs.shape },
      );
    const spread = inputs.shape.slice(2).map(() => 1);
    const slopes = count > 1 ? this.weight.reshape([count, ...spread]) : this.weight;
    // A scalar stays one: [1] would broadcast it to one axis.
    const negative = inputs.mul(inputs.ndim === 0 ? slopes.squeeze(0) : slopes);
    return inputs.where(inputs.greater(0), negative);
  }
}

/**
 * a · sigmoid(b), a and b the two halves of the inputs along an axis.
 *
 * Shape: [..., 2n, ...] → [..., n, ...].
 * Source: Dauphin et al. 2017, arXiv:1612.08083, eq. 1.
 *
 * @throws {ShapeError} (from forward) if the axis has an odd size.
 * @example
 * new GLU().forward(zeros([8, 64])).shape; // => [8, 32]
 */
export class GLU extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }

  forward(inputs: Tensor): Tensor {
    const axis = normalizeAxis(this.axis, inputs.ndim, "glu");
    const size = inputs.shape[axis]!;
    if (size % 2 !== 0)
      throw new ShapeError(
        "glu",
        `needs an even size along axis ${this.axis}: received ${formatShape(inputs.shape)}. Make the layer before it give two numbers per output.`,
        { expected: "even", received: size },
      );
    const values = inputs.narrow(axis, 0, size / 2);
    return values.mul(inputs.narrow(axis, size / 2, size / 2).sigmoid());
  }
}
