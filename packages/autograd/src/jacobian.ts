import { formatShape, GradientError, shapesEqual } from "@dl/backend";
import { eye, stack, type Tensor } from "@dl/tensor";
import { linearize } from "./forward-mode.ts";
import { grad, vjp } from "./functional.ts";
import { tensorList, type GradientsOf, type Tensors } from "./tensor-arrangement.ts";

/**
 * All partial derivatives of a function of one tensor: ∂f(x)_i / ∂x_j.
 *
 * Takes one walk per element of x or of f(x), whichever are fewer.
 *
 * Shape: x [...m], f(x) [...n] → [...n, ...m].
 *
 * @example
 * const x = tensor([1, 2]);
 * await jacobian((x) => x.mul(x).mul(3))(x).toArray(); // => [[6, 0], [0, 12]]
 */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const { outputs, pullback } = vjp(f, [x]);
    const shape = [...outputs.shape, ...x.shape];
    if (outputs.elementCount <= x.elementCount)
      return stack(
        directions(outputs).map((u) => pullback(u)[0]!),
        0,
      ).reshape(shape);
    const { pushforward } = linearize(f, [x]);
    return stack(
      directions(x).map((v) => pushforward([v])[0]!),
      -1,
    ).reshape(shape);
  };
}

/** A tensor for each element of `like`, 1 there and 0 elsewhere. */
function directions(like: Tensor): Tensor[] {
  const { elementCount: count, dtype, backend } = like;
  const identity = eye(count, count, { dtype, backend });
  return Array.from({ length: count }, (_, i) => identity.select(0, i).reshape(like.shape));
}

/**
 * All second derivatives of a scalar function of one tensor: ∂²f(x) / ∂x_i ∂x_j.
 *
 * Takes one walk per element of x and elementCount² memory; for large x see
 * {@link hessianVectorProduct}.
 *
 * Shape: x [...m] → [...m, ...m].
 *
 * @throws {GradientError} if `f` gives no scalar.
 * @example
 * await hessian((x) => x.mul(x).mul(x).sum())(tensor([1, 2])).toArray(); // => [[6, 0], [0, 12]]
 */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f));
}

/**
 * The Hessian of a scalar function at `x` times `v`, without making the Hessian.
 *
 * ∇ (∇f(x) · v), reverse mode over reverse mode: about four evaluations of `f`. `x` may be a
 * tensor, an array or an object of tensors; `v` and the result have the same arrangement.
 *
 * Source: Pearlmutter 1994, "Fast exact multiplication by the Hessian".
 *
 * @throws {GradientError} if `f` gives no scalar, or `v` does not have the shapes of `x`.
 * @example
 * const product = hessianVectorProduct((x) => x.mul(x).mul(x).sum(), tensor([1, 2]), tensor([1, 1]));
 * await product.toArray(); // => [6, 12]
 */
export function hessianVectorProduct<T extends Tensors>(
  f: (x: T) => Tensor,
  x: T,
  v: NoInfer<T> | GradientsOf<T>,
): GradientsOf<T> {
  const points = tensorList(x);
  const direction = tensorList(v);
  const shapes = (list: readonly Tensor[]): string =>
    list.map(({ shape }) => formatShape(shape)).join(", ");
  if (
    points.length !== direction.length ||
    points.some((point, i) => !shapesEqual(point.shape, direction[i]!.shape))
  )
    throw new GradientError(
      "hessianVectorProduct",
      `the vector has shapes ${shapes(direction)}, the point ${shapes(points)}. They must be equal.`,
      { expected: shapes(points), received: shapes(direction) },
    );
  const gradientOf = grad<T, []>(f);
  const slope = (at: T): Tensor =>
    tensorList(gradientOf(at))
      .map((gradient, i) => gradient.mul(direction[i]!).sum())
      .reduce((sum, term) => sum.add(term));
  return grad<T, []>(slope)(x);
}
