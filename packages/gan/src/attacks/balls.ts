import { normalLike, overLength, uniform, uniformLike, where, type Tensor } from "@dl/tensor";
import type { SampleOptions } from "@dl/distributions";

/** All points no further from a sample than some distance, by one way to measure it. */
export interface Ball {
  /** Of all moves of length 1 the one that climbs most; 0 where the gradient is. */
  steepest(gradient: Tensor): Tensor;
  /** The nearest points in the balls around the samples. */
  project(points: Tensor, samples: Tensor, radius: number): Tensor;
  /** Points spread evenly over the balls. */
  draw(samples: Tensor, radius: number, random: SampleOptions): Tensor;
}

/** Length of each sample, with axes of size 1 to divide it by. */
function lengths(x: Tensor): Tensor {
  const count = x.shape[0]!;
  return x
    .reshape([count, -1])
    .norm(2, 1)
    .reshape([count, ...x.shape.slice(1).map(() => 1)]);
}

/** How the distance of an input from the sample that it was is measured. */
export type BallName = "infinity" | "two";

export const balls: Readonly<Record<BallName, Ball>> = {
  /** No number is moved by more than the radius. */
  infinity: {
    steepest: (gradient) => gradient.sign(),
    project: (points, samples, radius) => points.clamp(samples.sub(radius), samples.add(radius)),
    draw: (samples, radius, random) =>
      samples.add(uniformLike(samples, { low: -radius, high: radius, ...random })),
  },
  /** No sample is moved by more than the radius, as lengths are measured in space. */
  two: {
    steepest: (gradient) => overLength(gradient, lengths(gradient)),
    project(points, samples, radius) {
      const moves = points.sub(samples);
      const length = lengths(moves);
      const shortened = overLength(moves, length).mul(radius);
      return samples.add(where(length.greater(radius), shortened, moves));
    },
    draw(samples, radius, random) {
      const moves = normalLike(samples, random);
      const length = lengths(moves);
      const { dtype, backend } = samples;
      const size = samples.elementCount / samples.shape[0]!;
      // The share of a ball's volume within r of its middle is r to the power of its dimension.
      const share = uniform(length.shape, { dtype, backend, ...random }).pow(1 / size);
      return samples.add(overLength(moves, length).mul(share).mul(radius));
    },
  },
};
