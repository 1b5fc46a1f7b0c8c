import { checkWhole } from "@dl/backend";
import { argmax, eigh, gather, type Tensor } from "@dl/tensor";
import { checkLatents } from "./directions.ts";

/** Directions in which latents vary most. */
export interface PrincipalComponents {
  /** Of length 1, at right angles, the most variance first; the largest number of each is positive. [count, n]. */
  readonly components: Tensor;
  /** Variance along each, divided by the number of latents less 1. [count]. */
  readonly variances: Tensor;
  /** [n]. */
  readonly mean: Tensor;
}

/**
 * Directions in which latents vary most: eigenvectors of their covariance.
 *
 * Shape: latents [m, n] → components [count, n], variances [count], mean [n].
 * Source: Härkönen et al. 2020, arXiv:2004.02546, as directions to edit along.
 *
 * @throws {ShapeError} unless the latents are a matrix.
 * @throws {ArgumentError} unless there are 2 latents, and the count is a whole number from 1 to n.
 * @example
 * const { components } = principalComponents(tensor([[0, 0], [3, 4], [6, 8]]), 1);
 * await components.toArray(); // => [[0.6, 0.8]]
 */
export function principalComponents(latents: Tensor, count?: number): PrincipalComponents {
  const op = "principalComponents";
  checkLatents(op, latents);
  const [samples, width] = latents.shape;
  const kept = count ?? width!;
  checkWhole(op, "the count", kept, 1, width, ` from 1 to ${width}`);
  checkWhole(op, "the number of latents", samples!, 2, Infinity, " of at least 2");
  const mean = latents.mean(0);
  const centred = latents.sub(mean);
  const covariance = centred
    .matrixTranspose()
    .matmul(centred)
    .div(samples! - 1);
  const { values, vectors } = eigh(covariance);
  // Eigenvectors stand in columns, the smallest eigenvalue first.
  const rows = vectors.matrixTranspose().flip(0).narrow(0, 0, kept);
  const largest = gather(rows, 1, argmax(rows.abs(), 1, { keepDims: true }));
  return {
    components: rows.mul(largest.sign()),
    variances: values.flip(0).narrow(0, 0, kept),
    mean,
  };
}
