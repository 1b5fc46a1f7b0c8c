import {
  CheckpointStore,
  keepCheckpoints,
  resume,
  Trainer,
  type TrainerOptions,
  type TrainingStep,
} from "@dl/training";
import type { TrainOptions } from "../options.ts";
import type { Run } from "../task.ts";
import { UsageError } from "../usage-error.ts";

/**
 * Trains, and keeps the whole state in a folder where one is named: every few steps, after each epoch, and when
 * the user stops it; goes on from there where asked to.
 */
export async function keptTraining<Batch>(
  step: TrainingStep<Batch>,
  { callbacks = [], ...training }: TrainerOptions<Batch>,
  options: Pick<TrainOptions, "save" | "resume" | "every">,
  { say, signal, watch }: Run,
): Promise<void> {
  const folder = options.resume ?? options.save;
  const store =
    folder === undefined
      ? undefined
      : new CheckpointStore(folder, { warn: (message) => say(message) });
  const keeping =
    store === undefined
      ? []
      : [keepCheckpoints(store, { signal, ...(options.every && { everySteps: options.every }) })];
  const trainer = new Trainer(step, {
    ...training,
    callbacks: [...callbacks, ...(watch === undefined ? [] : [watch]), ...keeping],
    signal,
  });
  if (store !== undefined && options.resume !== undefined) {
    const found = await resume(trainer, store, { warn: (message) => say(message) });
    if (found === undefined)
      throw new UsageError(`--resume: there is no checkpoint in ${options.resume}.`);
    say(`goes on after step ${found.state.step}\n`);
  }
  try {
    await trainer.fit();
  } finally {
    if (signal.aborted && folder !== undefined)
      say(`\nKept in ${folder}; go on with --resume ${folder}.`);
  }
}
