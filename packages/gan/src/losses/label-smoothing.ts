import { checkOptions } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { checkShare } from "../check-number.ts";
import type { AdversarialLoss } from "./adversarial-loss.ts";
import { nonSaturating } from "./losses.ts";

/** What the discriminator should say, as probabilities. */
export interface LabelSmoothingOptions {
  /** Of real samples. Default 0.9. */
  readonly real?: number;
  /** Of generated ones. Default 0: otherwise what the generator makes badly is held in place. */
  readonly fake?: number;
}

/**
 * The non-saturating game with a discriminator that must never be quite sure, so that its logits stay
 * small where data and samples lie apart.
 *
 * discriminator: cross entropy of σ(r) with `real` and of σ(f) with `fake`; generator −ln σ(f).
 *
 * Source: Salimans et al. 2016, arXiv:1606.03498, section 3.4.
 * @throws {ArgumentError} unless both are from 0 to 1.
 * @example
 * const loss = labelSmoothing({ real: 0.9 });
 * await loss.discriminator(tensor([0]), tensor([0])).item(); // => 1.3862943649291992
 */
export function labelSmoothing(options: LabelSmoothingOptions = {}): AdversarialLoss {
  const op = "labelSmoothing";
  const { real = 0.9, fake = 0 } = checkOptions(op, options, { real: "number", fake: "number" });
  checkShare(op, "real", real);
  checkShare(op, "fake", fake);
  // −t ln σ(x) − (1 − t) ln(1 − σ(x)) = softplus(x) − t x, here without the difference of large numbers.
  const crossEntropy = (logits: Tensor, label: number): Tensor =>
    logits
      .neg()
      .softplus()
      .mul(label)
      .add(logits.softplus().mul(1 - label))
      .mean();
  return {
    discriminator: (onReal, onFake) => crossEntropy(onReal, real).add(crossEntropy(onFake, fake)),
    generator: nonSaturating.generator,
  };
}
