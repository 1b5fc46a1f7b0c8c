import { noGrad } from "@dl/autograd";
import { checkOptions } from "@dl/backend";
import { samplesOf, type SampleBatch } from "@dl/generator";
import type { Tensor } from "@dl/tensor";
import { checkNotNegative } from "../check-number.ts";
import type { GeneratorTerm } from "../steps/adversarial-options.ts";

/** How heavily features count, and what they are compared with. */
export interface FeatureMatchingOptions<Batch> {
  /** Default 1. */
  readonly weight?: number;
  /** The real samples of a batch: itself or its `inputs` unless said. */
  readonly samples?: (batch: Batch) => Tensor;
}

/**
 * A part of the generator's loss: that what the discriminator looks at is on average the same in
 * generated samples as in real ones. It asks for less than to be taken for real, and changes more slowly.
 *
 * weight · ‖E f(x) − E f(G(z))‖², f the activations of a layer of the discriminator.
 *
 * Shape: features [batch, ...] → [batch, ...].
 * Source: Salimans et al. 2016, arXiv:1606.03498, section 3.1.
 * @example
 * const term = featureMatching((x) => x.mul(2));
 * await term(ones([4, 3]), zeros([4, 3])).item(); // => 12
 */
export function featureMatching<Batch = SampleBatch>(
  features: (samples: Tensor) => Tensor,
  options: FeatureMatchingOptions<Batch> = {},
): GeneratorTerm<Batch> {
  const op = "featureMatching";
  const kinds = { weight: "number", samples: "function" } as const;
  const { weight = 1, samples = (batch: Batch) => samplesOf(op, batch as SampleBatch) } =
    checkOptions(op, options, kinds);
  checkNotNegative(op, "weight", weight);
  return (fake, batch) => {
    const wanted = noGrad(() => features(samples(batch)).mean(0));
    return features(fake).mean(0).sub(wanted).square().sum().mul(weight);
  };
}
