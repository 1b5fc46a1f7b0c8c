import type { Tensor } from "@dl/tensor";
import type { TrainingStep } from "@dl/training";

/** What a step tells of the game; `generatorLoss` only where the generator had its turn. */
export interface GameScalars extends Record<string, Tensor | undefined> {
  readonly discriminatorLoss: Tensor;
  readonly generatorLoss?: Tensor;
  /** Mean output of the discriminator for real samples, and for generated ones. */
  readonly realScore: Tensor;
  readonly fakeScore: Tensor;
}

/** The training step of a game, which waits for nothing. */
export interface Game<Batch> extends TrainingStep<Batch, GameScalars> {
  step(batch: Batch): GameScalars;
  evaluate(batch: Batch): GameScalars;
}
