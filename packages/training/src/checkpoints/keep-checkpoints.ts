import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import { checkCount } from "@dl/nn";
import type { Callback, TrainingRun } from "../callback.ts";
import {
  BestEpoch,
  judgeKinds,
  type BestState,
  type JudgeOptions,
} from "../callbacks/best-epoch.ts";
import type { Checkpoint, CheckpointStore } from "./checkpoint-store.ts";
import { backendOf } from "../trainer-state.ts";
import { isTrainer, type Resumable } from "./resumable.ts";
import { warnAloud } from "./warning.ts";

/** When checkpoints are kept. */
export interface KeepCheckpointsOptions extends JudgeOptions {
  /** Steps from one to the next; after every epoch unless said. */
  readonly everySteps?: number;
  /** Whether the best epoch is kept beside the latest. Default false. */
  readonly best?: boolean;
  /** What to keep beside each: plain data, or a function that gives it. */
  readonly notes?: unknown;
  /** Of the training: once it is aborted, the state is kept before the end. */
  readonly signal?: AbortSignal;
}

const kinds: OptionKinds<KeepCheckpointsOptions> = {
  ...judgeKinds,
  everySteps: "number",
  best: "boolean",
  notes: { what: "plain data", accepts: () => true },
  signal: "object",
};

/**
 * Keeps the state of a training while it goes on: after every epoch or every few steps, and at its end. The
 * state is taken when all callbacks have seen the step, and written while training goes on; never two at once.
 *
 * @throws {ArgumentError} unless `everySteps` is a whole number of at least 1.
 * @example
 * const store = new CheckpointStore(memoryPlace());
 * const callbacks = [keepCheckpoints(store, { everySteps: 100 })];
 * await fit(model, { loss: crossEntropy, optimizer, data: [{ inputs, targets }], epochs: 2, callbacks });
 * (await store.latest()).state.history.length; // => 2
 */
export function keepCheckpoints(
  store: CheckpointStore,
  options: KeepCheckpointsOptions = {},
): Callback {
  const op = "keepCheckpoints";
  const { everySteps, best = false, notes, signal } = checkOptions(op, options, kinds);
  if (everySteps !== undefined) checkCount(op, "everySteps", everySteps);
  const judge = new BestEpoch(op, options);
  let writing = Promise.resolve();
  let savedAt = "";
  const keep = async (run: TrainingRun, isBest: boolean): Promise<void> => {
    const state = run.stateDict();
    const at = `${state.step} ${state.history.length}`;
    if (at === savedAt) return;
    await writing;
    savedAt = at;
    const noted: unknown = typeof notes === "function" ? (notes as () => unknown)() : notes;
    writing = store.save(state, { isBest, notes: noted });
    // Told of by whoever waits for it next.
    writing.catch(() => undefined);
  };
  return {
    async afterStep({ step }, run) {
      if (everySteps !== undefined && step % everySteps === 0) await keep(run, false);
    },
    async afterEpoch(epoch, run) {
      const isBest = best && judge.judge(epoch);
      if (everySteps === undefined || isBest) await keep(run, isBest);
    },
    async onEnd(run, end) {
      await writing;
      if (end !== "failed" || signal?.aborted === true) await keep(run, false);
      await writing;
    },
    stateDict: (): BestState => judge.state,
    loadStateDict(state: BestState) {
      judge.state = state;
    },
  };
}

/**
 * Continues a training from the latest checkpoint that is whole; gives it, or `undefined` where there is none
 * and the training starts anew.
 *
 * On the backend that it was made on, what follows has the same bits as if nothing had happened; on another one
 * not, which is said.
 *
 * @throws {FormatError} if there are checkpoints, and every one is damaged.
 * @throws {ArgumentError} if it is of another training.
 * @example
 * const step = supervised(model, { loss: crossEntropy, optimizer });
 * const trainer = new Trainer(step, { data: [{ inputs, targets }], epochs: 2 });
 * await resume(trainer, new CheckpointStore(memoryPlace())); // => undefined
 */
export async function resume(
  trainer: Resumable,
  store: CheckpointStore,
  options: { readonly warn?: (message: string) => void } = {},
): Promise<Checkpoint | undefined> {
  const { warn = warnAloud } = checkOptions("resume", options, {
    warn: "function",
  });
  if (!isTrainer(trainer))
    throw new ArgumentError("resume", "needs a Trainer: make one in place of fit.", {
      received: trainer,
    });
  const backend = backendOf(trainer.stateDict());
  const found = await store.latest(backend);
  if (found === undefined) return undefined;
  trainer.loadStateDict(found.state);
  if (backend !== undefined && found.backend !== backend.name)
    warn(
      `the checkpoint was made on ${found.backend}; on ${backend.name} the training goes on, but not to the same bits.`,
    );
  return found;
}
