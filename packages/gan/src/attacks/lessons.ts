import { concatenate, type Tensor } from "@dl/tensor";
import type { SupervisedBatch } from "@dl/training";

/** What is learnt from a batch and from what an attack made of its inputs. */
export type Lesson = (batch: SupervisedBatch, adversarial: Tensor) => SupervisedBatch;

/**
 * Learn from adversarial examples alone: the worst case, as bad as the attack finds it.
 *
 * Source: Madry et al. 2018, arXiv:1706.06083, section 2.
 * @example
 * adversarialOnly({ inputs, targets }, inputs.neg()).inputs.shape; // => [16, 4]
 */
export const adversarialOnly: Lesson = ({ targets }, adversarial) => ({
  inputs: adversarial,
  targets,
});

/**
 * Learn from the batch with adversarial examples of it added, so that there is twice as much of it.
 *
 * Source: Goodfellow et al. 2015, arXiv:1412.6572, section 6 (with both halves counting the same).
 * @example
 * adversarialAdded({ inputs, targets }, inputs.neg()).inputs.shape; // => [32, 4]
 */
export const adversarialAdded: Lesson = ({ inputs, targets }, adversarial) => ({
  inputs: concatenate([inputs, adversarial]),
  targets: concatenate([targets, targets]),
});
