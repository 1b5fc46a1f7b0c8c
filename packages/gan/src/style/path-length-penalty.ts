import { gradientsOf } from "@dl/autograd";
import { checkOptions, extendKinds, refuseOptions, type OptionKinds } from "@dl/backend";
import { normal, randomKinds, tensorKind, type RandomOptions, type Tensor } from "@dl/tensor";

/**
 * How far pictures move for a small step of their styles, in random directions of the picture.
 *
 * √(mean over layers of ‖Jᵀ y‖²), y noise of N(0, 1) / √(height · width): the mean over noise of its
 * square is what a step of unit length changes. With a graph, so that a penalty on it can be
 * differentiated again.
 *
 * Shape: pictures [batch, colors, height, width] computed from styles [batch, layers, width]; noise of
 * the pictures' shape → [batch].
 * Source: Karras et al. 2020, arXiv:1912.04958, section 3.2 and appendix B.
 *
 * @throws {GradientError} unless the pictures were computed from these styles, which require gradients.
 * @example
 * const styles = ones([2, 1, 1]).requireGrad();
 * const pictures = styles.mul(3).unsqueeze(3);
 * await pathLengths(pictures, styles, ones([2, 1, 1, 1])).toArray(); // => [3, 3]
 */
export function pathLengths(pictures: Tensor, styles: Tensor, noise: Tensor): Tensor {
  const [height, width] = pictures.shape.slice(2) as [number, number];
  const directions = noise.mul(1 / Math.sqrt(height * width));
  const [slopes] = gradientsOf(pictures.mul(directions).sum(), [styles], { createGraph: true });
  return slopes!.square().sum(2).mean(1).sqrt();
}

/** What path lengths are compared with, and how fast that follows. */
export interface PathLengthPenaltyOptions extends RandomOptions {
  /** Directions in the picture; drawn unless given. */
  readonly noise?: Tensor;
  /** Share of the running mean that each batch replaces. Default 0.01. */
  readonly share?: number;
}

const penaltyKinds: OptionKinds<PathLengthPenaltyOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  { noise: tensorKind, share: "number" },
);

/**
 * Keeps steps of the same length in styles equally large in pictures, wherever they are taken and
 * wherever they lead.
 *
 * E(‖Jᵀ y‖ − a)², a the running mean of all lengths so far, this batch's among them; it is changed in
 * place, so that it may be a buffer.
 *
 * Shape: pictures [batch, colors, height, width], styles [batch, layers, width], mean a scalar →
 * scalar.
 * Source: Karras et al. 2020, arXiv:1912.04958, section 3.2, equation 4.
 *
 * @throws {GradientError} unless the pictures were computed from these styles, which require gradients.
 * @example
 * const styles = ones([2, 1, 1]).requireGrad();
 * const [pictures, mean] = [styles.mul(3).unsqueeze(3), tensor(1)];
 * const penalty = pathLengthPenalty(pictures, styles, mean, { noise: ones([2, 1, 1, 1]), share: 0.5 });
 * await mean.item(); // => 2
 * await penalty.item(); // => 1
 */
export function pathLengthPenalty(
  pictures: Tensor,
  styles: Tensor,
  mean: Tensor,
  options: PathLengthPenaltyOptions = {},
): Tensor {
  refuseOptions("pathLengthPenalty", mean, "the running mean");
  const {
    noise,
    share = 0.01,
    ...random
  } = checkOptions("pathLengthPenalty", options, penaltyKinds);
  const { shape, dtype, backend } = pictures;
  const lengths = pathLengths(
    pictures,
    styles,
    noise ?? normal(shape, { dtype, backend, ...random }),
  );
  mean.assign(mean.lerp(lengths.detach().mean(), share));
  return lengths.sub(mean.detach()).square().mean();
}
