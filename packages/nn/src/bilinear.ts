import { checkOptions, formatShape, ShapeError, shapesEqual } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { defaultUniform } from "./initializers/scaled.ts";
import { checkCount, randomOptions, weightKinds, type WeightOptions } from "./layer-options.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/**
 * A learnt product of two inputs: y_k = leftᵀ W_k right + b_k.
 *
 * Starts uniform in ±1 / √leftFeatures, as in PyTorch.
 *
 * Shape: left [..., leftFeatures], right [..., rightFeatures] → [..., outFeatures]; weight
 * [outFeatures, leftFeatures, rightFeatures].
 *
 * @throws {ArgumentError} unless the sizes are whole numbers of at least 1.
 * @example
 * new Bilinear(3, 4, 5).forward(zeros([8, 3]), zeros([8, 4])).shape; // => [8, 5]
 */
export class Bilinear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    leftFeatures: number,
    rightFeatures: number,
    outFeatures: number,
    options: WeightOptions = {},
  ) {
    super();
    checkCount("bilinear", "leftFeatures", leftFeatures);
    checkCount("bilinear", "rightFeatures", rightFeatures);
    checkCount("bilinear", "outFeatures", outFeatures);
    const random = randomOptions(checkOptions("bilinear", options, weightKinds));
    const shape = [outFeatures, leftFeatures, rightFeatures];
    this.weight = new Parameter(
      options.init?.(shape, random) ?? defaultUniform(shape, leftFeatures, random),
    );
    if (options.bias !== false)
      this.bias = new Parameter(defaultUniform([outFeatures], leftFeatures, random));
  }

  forward(left: Tensor, right: Tensor): Tensor {
    const [out, leftSize, rightSize] = this.weight.shape as readonly [number, number, number];
    const rows = left.shape.slice(0, -1);
    const fits =
      left.shape.at(-1) === leftSize &&
      right.shape.at(-1) === rightSize &&
      shapesEqual(rows, right.shape.slice(0, -1));
    if (!fits)
      throw new ShapeError(
        "bilinear",
        `expects inputs [..., ${leftSize}] and [..., ${rightSize}] that agree before the last axis: received ${formatShape(left.shape)} and ${formatShape(right.shape)}.`,
        { expected: [leftSize, rightSize], received: [left.shape, right.shape] },
      );
    const matrix = this.weight.transpose(0, 1).reshape([leftSize, out * rightSize]);
    const turned = left.reshape([-1, leftSize]).matmul(matrix).reshape([-1, out, rightSize]);
    const products = turned.mul(right.reshape([-1, 1, rightSize])).sum(-1); // [rows, out]
    const outputs = this.bias === undefined ? products : products.add(this.bias);
    return outputs.reshape([...rows, out]);
  }
}
