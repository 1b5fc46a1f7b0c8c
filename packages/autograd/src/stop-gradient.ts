import { stepRecorder, Tensor } from "@dl/tensor";

/**
 * The same elements without a history: a constant to whatever is computed from it. The functional
 * name of `x.detach()`.
 *
 * @example
 * const x = tensor(3).requireGrad();
 * x.mul(stopGradient(x)).backward();
 * await x.grad!.item(); // => 3
 */
export function stopGradient(x: Tensor): Tensor {
  stepRecorder()?.uses(x);
  return new Tensor(x.value);
}
