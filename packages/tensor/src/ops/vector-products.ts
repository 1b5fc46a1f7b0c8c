import { broadcastShapes, formatShape, normalizeAxis, ShapeError } from "@dl/backend";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor } from "./check-operands.ts";
import { roll } from "./slice.ts";
import { expand, reshape } from "./views.ts";

/**
 * The product of vectors in space: at right angles to both, as long as the area between them.
 *
 * Shape: both [..., 3, ...] along `axis`, broadcast → the same.
 * @throws {ShapeError} if the axis does not have 3 elements on both sides.
 * @throws {AxisError} if the axis is out of range.
 * @example
 * await cross(tensor([1, 0, 0]), tensor([0, 1, 0])).toArray(); // => [0, 0, 1]
 */
export function cross(left: Tensor, right: Tensor, axis = -1): Tensor {
  for (const side of [left, right]) checkTensor("cross", side);
  // The axis is that of the vectors as they meet.
  const shape = broadcastShapes(left.shape, right.shape, "cross");
  const along = normalizeAxis(axis, shape.length, "cross");
  if (shape[along] !== 3)
    throw new ShapeError(
      "cross",
      `needs 3 elements along axis ${axis} on both sides: left ${formatShape(left.shape)}, right ${formatShape(right.shape)}. Only vectors in space have this product.`,
      { expected: 3, received: [left.shape, right.shape] },
    );
  const [next, after] = [-1, -2].map((shift) => ({
    left: roll(expand(left, shape), shift, along),
    right: roll(expand(right, shape), shift, along),
  })) as [Record<"left" | "right", Tensor>, Record<"left" | "right", Tensor>];
  return next.left.mul(after.right).sub(after.left.mul(next.right));
}

/**
 * Kronecker's product: every element of the left times the whole right, in place of the element.
 *
 * Shape: [..., m, n], [..., p, q] → [..., m · p, n · q]; the shorter shape gets ones in front.
 * @example
 * await kron(tensor([1, 2]), tensor([1, 10])).toArray(); // => [1, 10, 2, 20]
 */
export function kron(left: Tensor, right: Tensor): Tensor {
  for (const side of [left, right]) checkTensor("kron", side);
  const ndim = Math.max(left.ndim, right.ndim);
  const aligned = ({ shape }: Tensor): number[] =>
    Array<number>(ndim - shape.length)
      .fill(1)
      .concat(shape);
  const [a, b] = [aligned(left), aligned(right)];
  const product = reshape(
    left,
    a.flatMap((size) => [size, 1]),
  ).mul(
    reshape(
      right,
      b.flatMap((size) => [1, size]),
    ),
  );
  return reshape(
    product,
    a.map((size, i) => size * b[i]!),
  );
}
