import { Module } from "@dl/nn";
import type { Metrics } from "./metrics/metric.ts";
import type { EpochReport } from "./reports.ts";
import { supervisedIn, type Loss, type SupervisedOptions } from "./supervised.ts";
import { Trainer, type TrainerOptions } from "./trainer.ts";
import type { FiguresOf, Scalars, TrainingStep } from "./training-step.ts";

/** What a model learns, from what, and what is done beside it. */
export type FitOptions<Batch, M extends Metrics = Record<never, never>> = SupervisedOptions<
  Batch,
  M
> &
  TrainerOptions<Batch>;

/**
 * Trains a model on examples, or anything that a training step describes, and gives one report per
 * epoch. Steps are compiled, and what cannot be is said.
 *
 * To stop and continue later, make a {@link Trainer} and keep its state; for a loop of one's own, use
 * {@link descend} and {@link evaluate}.
 *
 * @throws {ArgumentError} for options that cannot work.
 * @throws the signal's reason, once it is aborted; the model is then as the last step left it.
 * @example
 * const data = [{ inputs, targets }];
 * const history = await fit(model, { loss: crossEntropy, optimizer, data, epochs: 5 });
 * history[4].training.loss < history[0].training.loss; // => true
 */
export function fit<Batch, M extends Metrics = Record<never, never>>(
  model: Module,
  options: FitOptions<Batch, M>,
): Promise<readonly EpochReport<FiguresOf<Loss, M>>[]>;
/** Trains what the step describes. */
export function fit<Batch, S extends Scalars, M extends Metrics>(
  step: TrainingStep<Batch, S, M>,
  options: TrainerOptions<Batch>,
): Promise<readonly EpochReport<FiguresOf<S, M>>[]>;
export async function fit<Batch>(
  subject: Module | TrainingStep<Batch>,
  options: TrainerOptions<Batch> | FitOptions<Batch, Metrics>,
): Promise<readonly EpochReport[]> {
  const step =
    subject instanceof Module
      ? supervisedIn("fit", subject, options as FitOptions<Batch, Metrics>)
      : subject;
  return await new Trainer<Batch>(step, options).fit();
}
