import {
  ArgumentError,
  checkOptions,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { alias, bernoulli, generatorKind, where, type Generator, type Tensor } from "@dl/tensor";
import { Module } from "./module.ts";

/** Where dropout draws from. */
export interface DropoutOptions {
  /** Where the masks come from; the default generator unless said. */
  readonly generator?: Generator;
}

const dropoutKinds: OptionKinds<DropoutOptions> = { generator: generatorKind };

/** @throws {ArgumentError} unless the probability is between 0 and 1. */
function checkProbability(op: string, probability: number): void {
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(op, `probability must be between 0 and 1: received ${probability}.`, {
      expected: "[0, 1]",
      received: probability,
    });
}

/** Inputs times `scale` where they are kept, else `dropped`; chosen, since 0 · Inf would be NaN. */
function keptOr(
  dropped: number,
  inputs: Tensor,
  shape: readonly number[],
  kept: number,
  scale: number,
  generator: Generator | undefined,
): Tensor {
  const mask = bernoulli(shape, {
    probability: kept,
    dtype: "bool",
    backend: inputs.backend,
    ...(generator && { generator }),
  });
  return where(mask, inputs.mul(scale), dropped);
}

/** 1 / kept, so that the expected value stays. */
const scaleFor = (kept: number): number => (kept > 0 ? 1 / kept : 0);

/**
 * While training, each element is set to 0 with this probability and the rest are multiplied by
 * 1 / (1 − probability), so that the expected value stays. In evaluation the inputs pass unchanged.
 *
 * Source: Srivastava et al. 2014, JMLR 15, in the inverted form.
 *
 * @throws {ArgumentError} unless the probability is between 0 and 1.
 * @example
 * await new Dropout(0.5).eval().forward(tensor([1, 2])).toArray(); // => [1, 2]
 */
export class Dropout extends Module {
  readonly probability: number;
  private readonly generator: Generator | undefined;

  constructor(probability = 0.5, options: DropoutOptions = {}) {
    super();
    checkProbability("dropout", probability);
    this.probability = probability;
    this.generator = checkOptions("dropout", options, dropoutKinds).generator;
  }

  forward(inputs: Tensor): Tensor {
    if (!this.isTraining || this.probability === 0) return alias(inputs);
    const kept = 1 - this.probability;
    return keptOr(0, inputs, inputs.shape, kept, scaleFor(kept), this.generator);
  }
}

/**
 * {@link Dropout} of whole channels: neighbouring pixels are alike, so that dropping single ones
 * takes little away. PyTorch's Dropout1d, Dropout2d and Dropout3d.
 *
 * Shape: [batch, channels, ...] → the same.
 * Source: Tompson et al. 2015, arXiv:1411.4280, section 3.2.
 *
 * @throws {ArgumentError} unless the probability is between 0 and 1.
 * @example
 * new SpatialDropout(0.2).forward(ones([8, 16, 28, 28])).shape; // => [8, 16, 28, 28]
 */
export class SpatialDropout extends Module {
  readonly probability: number;
  private readonly generator: Generator | undefined;

  constructor(probability = 0.5, options: DropoutOptions = {}) {
    super();
    checkProbability("spatialDropout", probability);
    this.probability = probability;
    this.generator = checkOptions("spatialDropout", options, dropoutKinds).generator;
  }

  forward(inputs: Tensor): Tensor {
    if (inputs.ndim < 3)
      throw new ShapeError(
        "spatialDropout",
        `needs inputs [batch, channels, ...positions]: received ${formatShape(inputs.shape)}. Use Dropout.`,
        { received: inputs.shape },
      );
    if (!this.isTraining || this.probability === 0) return alias(inputs);
    const kept = 1 - this.probability;
    const shape = inputs.shape.map((size, axis) => (axis < 2 ? size : 1));
    return keptOr(0, inputs, shape, kept, scaleFor(kept), this.generator);
  }
}

/** −λ α of {@link SELU}: where it ends on the left. Source: Klambauer et al. 2017, section 3. */
const saturated = -1.0507009873554805 * 1.6732632423543772;

/**
 * {@link Dropout} for SELU: an element is set to SELU's lowest value instead of 0, and all are scaled
 * and shifted so that mean 0 and variance 1 stay.
 *
 * Source: Klambauer et al. 2017, arXiv:1706.02515, section "New Dropout Technique".
 *
 * @throws {ArgumentError} unless the probability is between 0 and 1.
 * @example
 * new AlphaDropout(0.1).forward(ones([8, 64])).shape; // => [8, 64]
 */
export class AlphaDropout extends Module {
  readonly probability: number;
  private readonly generator: Generator | undefined;

  constructor(probability = 0.5, options: DropoutOptions = {}) {
    super();
    checkProbability("alphaDropout", probability);
    this.probability = probability;
    this.generator = checkOptions("alphaDropout", options, dropoutKinds).generator;
  }

  forward(inputs: Tensor): Tensor {
    if (!this.isTraining || this.probability === 0) return alias(inputs);
    const kept = 1 - this.probability;
    if (kept === 0) return inputs.mul(0);
    const scale = 1 / Math.sqrt(kept * (1 + this.probability * saturated ** 2));
    const shift = -scale * this.probability * saturated;
    const { shape } = inputs;
    return keptOr(scale * saturated, inputs, shape, kept, scale, this.generator).add(shift);
  }
}
