import "@dl/autograd";
import { Tensor } from "@dl/tensor";

/**
 * A tensor that training changes: it requires a gradient, and a {@link Module} finds it among its
 * properties.
 *
 * Results computed from a parameter are plain tensors.
 *
 * @throws {GradientError} for integer and bool tensors.
 * @example
 * class Scale extends Module {
 *   readonly factor = new Parameter(ones([1]));
 *   forward(inputs: Tensor): Tensor {
 *     return inputs.mul(this.factor);
 *   }
 * }
 */
export class Parameter extends Tensor {
  constructor(initial: Tensor) {
    super(initial.value);
    this.requiresGrad = true;
  }
}
