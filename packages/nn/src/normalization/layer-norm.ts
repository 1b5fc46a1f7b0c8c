import { checkOptions, formatShape, refuseOptions, ShapeError, shapesEqual } from "@dl/backend";
import { ones, overLength, type CreationOptions, type Tensor } from "@dl/tensor";
import { checkCount } from "../layer-options.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import {
  checkEpsilon,
  normKinds,
  rootMeanSquare,
  standardize,
  startingScale,
  withEpsilon,
  type NormOptions,
} from "./standardize.ts";

/**
 * Gives every sample mean 0 and variance 1 over its last axes, then a learnt scale and shift per
 * element.
 *
 * y = (x − mean) / √(variance + epsilon) · weight + bias; the same in training and evaluation.
 *
 * Shape: [..., ...normalizedShape] → the same; weight and bias normalizedShape (default: learnt).
 * Source: Ba et al. 2016, arXiv:1607.06450, eq. 4.
 *
 * @throws {ArgumentError} for sizes or an epsilon out of their range.
 * @example
 * new LayerNorm(64).forward(zeros([8, 10, 64])).shape; // => [8, 10, 64]
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly normalizedShape: readonly number[];
  readonly epsilon: number;

  constructor(normalizedShape: number | readonly number[], options: NormOptions = {}) {
    super();
    const {
      epsilon = 1e-5,
      affine = true,
      ...creation
    } = checkOptions("layerNorm", options, normKinds);
    this.normalizedShape = checkedShape("layerNorm", normalizedShape);
    checkEpsilon("layerNorm", epsilon);
    this.epsilon = epsilon;
    const { weight, bias } = startingScale(this.normalizedShape, affine, creation);
    this.weight = weight;
    this.bias = bias;
  }

  forward(inputs: Tensor): Tensor {
    const axes = lastAxes("layerNorm", inputs, this.normalizedShape);
    const standardized = standardize(inputs, axes, this.epsilon);
    if (this.weight === undefined || this.bias === undefined) return standardized;
    return standardized.mul(this.weight).add(this.bias);
  }
}

/** Constants and parts of {@link RMSNorm}. */
export interface RMSNormOptions extends CreationOptions {
  /** Added to the mean square. Default 1e-5. */
  readonly epsilon?: number;
  /** Whether a weight is learnt. Default true. */
  readonly affine?: boolean;
}

/**
 * Divides every sample by the root of its mean square over its last axes: {@link LayerNorm} without
 * the mean and the bias.
 *
 * y = x / √(mean(x²) + epsilon) · weight.
 *
 * Shape: [..., ...normalizedShape] → the same; weight normalizedShape.
 * Source: Zhang & Sennrich 2019, arXiv:1910.07467, eq. 4.
 *
 * @throws {ArgumentError} for sizes or an epsilon out of their range.
 * @example
 * new RMSNorm(64).forward(zeros([8, 10, 64])).shape; // => [8, 10, 64]
 */
export class RMSNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly normalizedShape: readonly number[];
  readonly epsilon: number;

  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    super();
    const {
      epsilon = 1e-5,
      affine = true,
      ...creation
    } = checkOptions("rmsNorm", options, normKinds);
    this.normalizedShape = checkedShape("rmsNorm", normalizedShape);
    checkEpsilon("rmsNorm", epsilon);
    this.epsilon = epsilon;
    if (affine) this.weight = new Parameter(ones(this.normalizedShape, creation));
  }

  forward(inputs: Tensor): Tensor {
    const axes = lastAxes("rmsNorm", inputs, this.normalizedShape);
    const scaled = overLength(inputs, withEpsilon(rootMeanSquare(inputs, axes), this.epsilon));
    return this.weight === undefined ? scaled : scaled.mul(this.weight);
  }
}

function checkedShape(op: string, normalizedShape: number | readonly number[]): readonly number[] {
  refuseOptions(op, normalizedShape, "normalizedShape");
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  for (const size of shape) checkCount(op, "normalizedShape", size);
  return shape;
}

/** The axes of `shape` at the end of the inputs. @throws {ShapeError} if they are not there. */
function lastAxes(op: string, inputs: Tensor, shape: readonly number[]): number[] {
  const first = inputs.ndim - shape.length;
  if (first < 0 || !shapesEqual(inputs.shape.slice(first), shape))
    throw new ShapeError(
      op,
      `expects inputs that end in ${formatShape(shape)}: received ${formatShape(inputs.shape)}.`,
      { expected: shape, received: inputs.shape },
    );
  return shape.map((_, axis) => first + axis);
}
