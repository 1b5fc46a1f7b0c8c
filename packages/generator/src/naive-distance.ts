import { formatShape, ShapeError, shapesEqual } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/**
 * Squared distance of each sample to a data point that has nothing to do with it, on average: the
 * naive way to train a generator, kept because of how it fails. Least is reached where every sample is
 * the mean of all data, so that modes are averaged away.
 *
 * mean over the batch of Σ (made - data)².
 *
 * Shape: both [batch, ...] → scalar.
 * @throws {ShapeError} if the shapes differ.
 * @example
 * await naiveDistance(zeros([2, 2]), ones([2, 2])).item(); // => 2
 */
export function naiveDistance(made: Tensor, data: Tensor): Tensor {
  if (!shapesEqual(made.shape, data.shape) || made.ndim === 0)
    throw new ShapeError(
      "naiveDistance",
      `needs as many samples as data points, of one shape: received ${formatShape(made.shape)} and ${formatShape(data.shape)}. Draw a sample for each point of the batch.`,
      { expected: data.shape, received: made.shape },
    );
  return made.sub(data).square().sum().div(made.shape[0]!);
}
