import type { Tensor } from "@dl/tensor";

/**
 * What the two players make small, given the discriminator's outputs: logits, or a critic's scores,
 * [batch, ...] of any shape; each gives a scalar.
 */
export interface AdversarialLoss {
  /** Of the discriminator: outputs for real and for generated samples. */
  discriminator(real: Tensor, fake: Tensor): Tensor;
  /** Of the generator; `real` gives the outputs for real samples, computed where a loss asks for them. */
  generator(fake: Tensor, real: () => Tensor): Tensor;
}
