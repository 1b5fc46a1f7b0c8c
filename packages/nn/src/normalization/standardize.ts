import { ArgumentError, extendKinds, type OptionKinds } from "@dl/backend";
import {
  creationKinds,
  ones,
  overLength,
  zeros,
  type CreationOptions,
  type Tensor,
} from "@dl/tensor";
import { Parameter } from "../parameter.ts";

/** Options of layers that standardise each sample by itself. */
export interface NormOptions extends CreationOptions {
  /** Added to the variance, so that constant inputs do not divide by 0. Default 1e-5. */
  readonly epsilon?: number;
  /** Whether a weight and bias are learnt. */
  readonly affine?: boolean;
}

export const normKinds: OptionKinds<NormOptions> = /* @__PURE__ */ extendKinds(creationKinds, {
  epsilon: "number",
  affine: "boolean",
});

/** (x − mean) / √(variance + epsilon) over axes; the variance is the biased one, in two passes. */
export function standardize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = x.sub(x.mean(axes, { keepDims: true }));
  return overLength(centred, withEpsilon(rootMeanSquare(centred, axes), epsilon));
}

/** √mean(x²) over axes, which stay with size 1. Squares that leave the type's range do not show. */
export function rootMeanSquare(x: Tensor, axes: readonly number[]): Tensor {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  return x.norm(2, axes, { keepDims: true }).div(Math.sqrt(count));
}

/** √(deviation² + epsilon). */
export function withEpsilon(deviation: Tensor, epsilon: number): Tensor {
  return deviation.hypot(Math.sqrt(epsilon));
}

/** Weight 1 and bias 0 of a shape, or neither. */
export function startingScale(
  shape: readonly number[],
  isAffine: boolean,
  creation: CreationOptions,
): { weight: Parameter | undefined; bias: Parameter | undefined } {
  if (!isAffine) return { weight: undefined, bias: undefined };
  return {
    weight: new Parameter(ones(shape, creation)),
    bias: new Parameter(zeros(shape, creation)),
  };
}

/** x · weight + bias, one of each per channel (axis 1). */
export function scaledByChannel(
  x: Tensor,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
): Tensor {
  if (weight === undefined || bias === undefined) return x;
  const shape = [weight.elementCount, ...x.shape.slice(2).map(() => 1)];
  return x.mul(weight.reshape(shape)).add(bias.reshape(shape));
}

/** @throws {ArgumentError} unless epsilon is at least 0. */
export function checkEpsilon(op: string, epsilon: number): void {
  if (!(epsilon >= 0))
    throw new ArgumentError(op, `epsilon must be at least 0: received ${epsilon}.`, {
      expected: ">= 0",
      received: epsilon,
    });
}
