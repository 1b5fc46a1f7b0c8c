import { checkOptions } from "@dl/backend";
import { Module } from "@dl/nn";
import type { Metrics } from "./metrics/metric.ts";
import type { EpochReport } from "./reports.ts";
import { supervisedIn, supervisedKinds, type Loss, type SupervisedOptions } from "./supervised.ts";
import { Trainer } from "./trainer.ts";
import { trainerKinds, type TrainerOptions } from "./trainer-options.ts";
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
  if (!(subject instanceof Module)) return await new Trainer<Batch>(subject, options).fit();
  const given = options as FitOptions<Batch, Metrics>;
  checkOptions<FitOptions<Batch, Metrics>>("fit", given, { ...supervisedKinds, ...trainerKinds });
  const {
    loss: _loss,
    forwardPass: _pass,
    optimizer: _by,
    clip: _clip,
    metrics: _of,
    ...rest
  } = given;
  return await new Trainer<Batch>(supervisedIn("fit", subject, given), rest).fit();
}
