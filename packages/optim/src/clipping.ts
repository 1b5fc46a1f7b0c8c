import { noGrad } from "@dl/autograd";
import { ArgumentError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkNonNegative } from "./check-options.ts";
import { gradNorm } from "./gradient-norm.ts";

/**
 * Scales all gradients down together where their norm is above `maxNorm`, and gives the norm from
 * before. Call it between backward and step; nothing is read.
 *
 * g = g · min(1, maxNorm / (‖g‖ₚ + 10⁻⁶)).
 *
 * Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, algorithm 1; 10⁻⁶ as in PyTorch.
 *
 * @throws {ArgumentError} unless `maxNorm` is a finite number of at least 0, and `p` above 0.
 * @example
 * const x = tensor([1, 1]).requireGrad();
 * x.mul(tensor([3, 4])).sum().backward();
 * const norm = clipGradNorm([x], 1);
 * await norm.item(); // => 5
 */
export function clipGradNorm(parameters: Iterable<Tensor>, maxNorm: number, p = 2): Tensor {
  checkNonNegative("clipGradNorm", "maxNorm", maxNorm);
  if (!(p > 0))
    throw new ArgumentError("clipGradNorm", `p must be above 0: received ${p}.`, { received: p });
  const list = [...parameters];
  const norm = gradNorm(list, p);
  noGrad(() => {
    const scale = norm.add(1e-6).reciprocal().mul(maxNorm).clamp(undefined, 1);
    replaceGradients(list, (gradient) => gradient.mul(scale.cast(gradient.dtype)));
  });
  return norm;
}

/**
 * Limits every gradient to [-maxValue, maxValue], each element alone.
 *
 * @throws {ArgumentError} unless `maxValue` is a finite number of at least 0.
 * @example
 * const x = tensor([1, 1]).requireGrad();
 * x.mul(tensor([3, -0.5])).sum().backward();
 * clipGradValue([x], 1);
 * await x.grad!.toArray(); // => [1, -0.5]
 */
export function clipGradValue(parameters: Iterable<Tensor>, maxValue: number): void {
  checkNonNegative("clipGradValue", "maxValue", maxValue);
  noGrad(() => {
    replaceGradients(parameters, (gradient) => gradient.clamp(-maxValue, maxValue));
  });
}

function replaceGradients(
  parameters: Iterable<Tensor>,
  change: (gradient: Tensor) => Tensor,
): void {
  for (const parameter of parameters)
    if (parameter.grad !== null) parameter.grad = change(parameter.grad);
}
