import type { Tensor } from "@dl/tensor";

/** What a step tells of the game; `generatorLoss` only where the generator had its turn. */
export interface GameScalars extends Record<string, Tensor | undefined> {
  readonly discriminatorLoss: Tensor;
  readonly generatorLoss?: Tensor;
  /** Mean output of the discriminator for real samples, and for generated ones. */
  readonly realScore: Tensor;
  readonly fakeScore: Tensor;
}
