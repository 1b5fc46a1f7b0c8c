import { broadcastShapes } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/** Vectors shorter than this are divided by it instead of by their length. */
const shortest = 1e-12;

/**
 * Vectors scaled to length 1 along an axis, by the norm of order `p`; zeros stay zeros.
 *
 * x / max(‖x‖, 1e-12)
 *
 * @throws {AxisError} if the axis is out of range.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await normalize(tensor([3, 4])).toArray(); // => [0.6, 0.8]
 */
export function normalize(x: Tensor, axis = -1, p = 2): Tensor {
  return x.div(x.norm(p, axis, { keepDims: true }).clamp(shortest));
}

/**
 * Cosine of the angle between vectors along an axis: a · b / (‖a‖ ‖b‖), each length at least 1e-8.
 *
 * Shape: both [..., n, ...], broadcast → the same without the axis.
 * @throws {AxisError} if the axis is out of range.
 * @throws {ShapeError} if the shapes do not broadcast.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await cosineSimilarity(tensor([1, 0]), tensor([3, 0])).item(); // => 1
 */
export function cosineSimilarity(left: Tensor, right: Tensor, axis = -1): Tensor {
  // Lengths are those of the vectors as they meet: broadcast first.
  const shape = broadcastShapes(left.shape, right.shape, "cosineSimilarity");
  const unit = (side: Tensor): Tensor => {
    const x = side.expand(shape);
    return x.div(x.norm(2, axis, { keepDims: true }).clamp(1e-8));
  };
  return unit(left).mul(unit(right)).sum(axis);
}

/**
 * Distance of points along the last axis: the norm of order `p` of left − right + 1e-6.
 *
 * The 1e-6 gives the distance of equal points a slope, as in PyTorch.
 *
 * Shape: both [..., n], broadcast → [...].
 * @throws {ShapeError} if the shapes do not broadcast.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * const distance = pairwiseDistance(tensor([0, 0]), tensor([3, 4]));
 * Math.round(await distance.item()); // => 5
 */
export function pairwiseDistance(left: Tensor, right: Tensor, p = 2): Tensor {
  return left.sub(right).add(1e-6).norm(p, -1);
}
