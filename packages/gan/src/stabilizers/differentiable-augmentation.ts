import { checkOptions } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { changesOf, policyKinds, type AugmentationPolicy } from "./augmentation-policy.ts";

/**
 * Changes pictures at random before they are judged, real and generated ones alike, so that a
 * discriminator cannot learn few pictures by heart. Gradients pass through to the generator, which is
 * therefore never asked to make changed pictures. For `augment` of a training step.
 *
 * Each picture by itself: brightness U(−½, ½) added, saturation times U(0, 2), contrast times U(½, 3/2);
 * shifted by up to an eighth of the side both ways; a square of half the side set to 0.
 *
 * Shape: [batch, channels, height, width] → the same.
 * Source: Zhao et al. 2020, arXiv:2006.10738, section 3.
 * @throws {ArgumentError} unless the shares are from 0 to 1.
 * @example
 * const augment = differentiableAugmentation({ cutout: 0 });
 * augment(zeros([2, 3, 8, 8])).shape; // => [2, 3, 8, 8]
 */
export function differentiableAugmentation(
  policy: AugmentationPolicy = {},
): (pictures: Tensor) => Tensor {
  const op = "differentiableAugmentation";
  const change = changesOf(op, checkOptions(op, policy, policyKinds));
  return (pictures) => change(pictures, undefined);
}
