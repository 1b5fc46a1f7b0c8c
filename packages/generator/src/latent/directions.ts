import { ArgumentError, formatShape, ShapeError } from "@dl/backend";
import { checkTensor, pinverse, tensor, type Tensor } from "@dl/tensor";

/**
 * Direction from one labelled group to the other: the difference of the means of the latents.
 *
 * Shape: latents [count, n]; a label for each, true or above 0 in the group that is led to → [n].
 * Source: Larsen et al. 2016, arXiv:1512.09300, section 3.2 (attribute vectors).
 *
 * @throws {ShapeError} unless the latents are a matrix.
 * @throws {ArgumentError} unless there are as many labels as latents, of both groups.
 * @example
 * const latents = tensor([[0, 1], [2, 1], [4, 5]]);
 * await meanDifference(latents, [false, false, true]).toArray(); // => [3, 4]
 */
export function meanDifference(latents: Tensor, labels: ArrayLike<number | boolean>): Tensor {
  const op = "meanDifference";
  checkLatents(op, latents);
  const count = checkOnePerLatent(op, "labels", latents, labels.length);
  const isPositive = Array.from(labels, (label) => label === true || Number(label) > 0);
  const positive = isPositive.filter(Boolean).length;
  if (positive === 0 || positive === count)
    throw new ArgumentError(
      op,
      `both groups must have latents: received ${positive} of ${count} in the one that is led to. Label some of each.`,
      { received: positive },
    );
  const shares = isPositive.map((is) => (is ? 1 / positive : -1 / (count - positive)));
  return tensor(Float32Array.from(shares), {
    dtype: latents.dtype,
    backend: latents.backend,
  }).matmul(latents);
}

/**
 * A direction without what it has in common with others: moving along it leaves them as they are.
 *
 * v - P v, with the projection P onto the space that the others span.
 *
 * Shape: direction [n], others [n] or [k, n] → [n].
 * @throws {ShapeError} if the sizes differ.
 * @example
 * await orthogonalize(tensor([3, 4]), tensor([0, 2])).toArray(); // => [3, 0]
 */
export function orthogonalize(direction: Tensor, others: Tensor): Tensor {
  checkTensor("orthogonalize", direction);
  checkTensor("orthogonalize", others);
  const rows = others.ndim === 1 ? others.unsqueeze(0) : others;
  if (direction.ndim !== 1 || rows.ndim !== 2 || rows.shape[1] !== direction.shape[0])
    throw new ShapeError(
      "orthogonalize",
      `needs a direction [n] and others [n] or [k, n]: received ${formatShape(direction.shape)} and ${formatShape(others.shape)}.`,
      { expected: direction.shape, received: others.shape },
    );
  // The pseudoinverse also where others are alike: what is nearly 0 is no direction of theirs.
  return direction.sub(pinverse(rows).matmul(rows.matmul(direction)));
}

/** @throws {ShapeError} unless it is a matrix with a row for each latent. */
export function checkLatents(op: string, latents: Tensor): void {
  checkTensor(op, latents);
  if (latents.ndim !== 2 || latents.elementCount === 0)
    throw new ShapeError(
      op,
      `latents must be a matrix with a row for each: received ${formatShape(latents.shape)}.`,
      { received: latents.shape },
    );
}

/** How many latents there are. @throws {ArgumentError} if the list has another length. */
export function checkOnePerLatent(
  op: string,
  name: string,
  latents: Tensor,
  given: number,
): number {
  const [count] = latents.shape;
  if (given !== count)
    throw new ArgumentError(
      op,
      `there must be as many ${name} as latents, ${count}: received ${given}.`,
      { expected: count, received: given },
    );
  return count;
}
