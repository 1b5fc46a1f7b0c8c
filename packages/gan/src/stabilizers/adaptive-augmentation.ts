import { noGrad } from "@dl/autograd";
import { checkCount, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { Module } from "@dl/nn";
import { creationKinds, zeros, type CreationOptions, type Tensor } from "@dl/tensor";
import {
  changesOf,
  policyKinds,
  type AugmentationPolicy,
  type Change,
} from "./augmentation-policy.ts";

/** What changes pictures, and by how much overfitting. */
export interface AdaptiveAugmentationOptions extends AugmentationPolicy, CreationOptions {
  /** Of r_t, what the probability is moved to keep. Default 0.6. */
  readonly target?: number;
  /** Pictures judged on the way of the probability from 0 to 1. Default 500,000. */
  readonly pictures?: number;
}

const kinds: OptionKinds<AdaptiveAugmentationOptions> = /* @__PURE__ */ extendKinds<
  AugmentationPolicy,
  AdaptiveAugmentationOptions
>(policyKinds, { ...creationKinds, target: "number", pictures: "number" });

/**
 * Changes pictures before they are judged, as often as it takes to keep the discriminator from learning
 * the data by heart: the changes of {@link differentiableAugmentation}, each made with a probability p.
 *
 * r_t = E sign(D(x)) over the real pictures of a batch is 0 for a discriminator that guesses and 1 for one
 * that knows them all; p rises while it is above the target and falls while it is below, from 0 to 1 in
 * so many pictures. It is a module with p in a buffer, so that compiled steps follow it and checkpoints
 * keep it: `augment: (x) => adaptive.forward(x), afterDiscriminator: ({ real }) =>
 * adaptive.advance(real), modules: { adaptive }`. In evaluation pictures stay as they are.
 *
 * Shape: [batch, channels, height, width] → the same.
 * Source: Karras et al. 2020, arXiv:2006.06676, section 3.
 * @throws {ArgumentError} unless the shares are from 0 to 1, and the pictures at least one.
 * @example
 * const adaptive = new AdaptiveAugmentation({ pictures: 8 });
 * adaptive.advance(tensor([3, 1, 2, 5])); // sure of all four
 * await adaptive.probability.item(); // => 0.5
 */
export class AdaptiveAugmentation extends Module {
  readonly target: number;
  readonly pictures: number;
  /** Of each change, a buffer. */
  readonly probability: Tensor;
  private readonly change: Change;

  constructor(options: AdaptiveAugmentationOptions = {}) {
    super();
    const op = "adaptiveAugmentation";
    const given = checkOptions(op, options, kinds);
    const { target = 0.6, pictures = 500_000, dtype, backend, ...policy } = given;
    checkCount(op, "pictures", pictures);
    this.target = target;
    this.pictures = pictures;
    this.probability = zeros([], { ...(dtype && { dtype }), ...(backend && { backend }) });
    this.change = changesOf(op, policy);
  }

  forward(pictures: Tensor): Tensor {
    return this.isTraining ? this.change(pictures, this.probability.detach()) : pictures;
  }

  /** Moves the probability by what the discriminator made of real pictures. Shape: [batch, ...]. */
  advance(realScores: Tensor): void {
    noGrad(() => {
      const sure = realScores.sign().mean();
      const step = (realScores.shape[0] ?? 1) / this.pictures;
      const moved = this.probability.add(sure.sub(this.target).sign().mul(step));
      this.probability.assign(moved.clamp(0, 1));
    });
  }
}
