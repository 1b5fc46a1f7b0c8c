import type { Generator } from "@dl/tensor";
import type { EpochReport, StepReport } from "./reports.ts";
import type { TrainerState } from "./trainer-state.ts";
import type { TrainingStep } from "./training-step.ts";

/** A training under way, as callbacks see it. */
export interface TrainingRun {
  readonly trainingStep: TrainingStep<never>;
  /** Of whole epochs so far, those of before a resumption included. */
  readonly history: readonly EpochReport[];
  readonly epochs: number;
  /** Batches per epoch, where the data says. */
  readonly batchCount: number | undefined;
  /** Random generators in use. */
  readonly generators: readonly Generator[];
  /** Means of the scalars over the last some 30 steps that were read: nothing waits for them. */
  recent(): Readonly<Record<string, number>>;
  /** The same once every scalar so far is read: waits for the device. */
  readRecent(): Promise<Readonly<Record<string, number>>>;
  /** Which parts of a step run plain, by name, and why. */
  plainParts(): ReadonlyMap<string, string>;
  /** Makes one step again as it is written, not compiled, so that observers see it; for diagnoses. */
  runPlain(from: readonly unknown[]): Promise<void>;
  /** Ends the training after this step, as if it were the last. */
  stop(): void;
  /** All that is needed to continue from here. */
  stateDict(): TrainerState;
}

/** How a training ended: all epochs done, stopped by a callback, or by an error or a signal. */
export type TrainingEnd = "done" | "stopped" | "failed";

/**
 * Something done beside training: a log, a judgement, a picture. Every function may be left out and
 * may be asynchronous; callbacks are called in their order, and awaited.
 */
export interface Callback {
  /** Before the first step. */
  onStart?(run: TrainingRun): void | Promise<void>;
  /** Before each step, told its number. */
  beforeStep?(step: number, run: TrainingRun): void | Promise<void>;
  /** After each step; the gradients it used are still there. */
  onStep?(step: StepReport, run: TrainingRun): void | Promise<void>;
  /** After everybody's `onStep`: the place to save the state of all. */
  afterStep?(step: StepReport, run: TrainingRun): void | Promise<void>;
  /** After each epoch, its validation included. */
  onEpoch?(epoch: EpochReport, run: TrainingRun): void | Promise<void>;
  /** After everybody's `onEpoch`: the place to save the state of all. */
  afterEpoch?(epoch: EpochReport, run: TrainingRun): void | Promise<void>;
  /** Always called once `onStart` was, however training ended: the place to tidy up. */
  onEnd?(run: TrainingRun, end: TrainingEnd): void | Promise<void>;
  /** What must be remembered to continue: plain data and tensors. */
  stateDict?(): unknown;
  /** Takes back what `stateDict` gave. */
  loadStateDict?(state: unknown): void;
}
