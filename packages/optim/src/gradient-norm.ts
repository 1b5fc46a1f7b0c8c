import { noGrad } from "@dl/autograd";
import { norm, stack, tensor, type Tensor } from "@dl/tensor";

/** The gradients that there are. */
function gradientsOfAll(parameters: Iterable<Tensor>): Tensor[] {
  return [...parameters].flatMap(({ grad }) => grad ?? []);
}

/**
 * The p-norm of all gradients as one vector; a tensor, so that nothing has to be read.
 *
 * Shape: → scalar; 0 where no parameter has a gradient.
 *
 * @example
 * const [a, b] = [tensor([1, 2]).requireGrad(), tensor(1).requireGrad()];
 * a.mul(3).sum().add(b).backward(); // gradients [3, 3] and 1
 * await gradNorm([a, b], Infinity).item(); // => 3
 */
export function gradNorm(parameters: Iterable<Tensor>, p = 2): Tensor {
  return noGrad(() => {
    const norms = gradientsOfAll(parameters).map((gradient) => norm(gradient, p));
    const dtype = norms[0]?.dtype;
    if (dtype === undefined) return tensor(0);
    return norm(stack(norms.map((part) => part.cast(dtype))), p);
  });
}
