import type { Module } from "../module.ts";
import type { ForwardPassResult } from "./forward-pass.ts";
import type { EpochReport, StepReport } from "./reports.ts";
import type { TrainerState } from "./trainer-state.ts";

/** A training under way, as callbacks see it. */
export interface TrainingRun {
  readonly model: Module;
  /** Of whole epochs so far, those of before a resumption included. */
  readonly history: readonly EpochReport[];
  readonly epochs: number;
  /** Batches per epoch, where the data says. */
  readonly batchCount: number | undefined;
  /** Forward pass of one batch, as the training does it. */
  forwardPass(batch: unknown): ForwardPassResult;
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
  /** Between backward and the optimiser's step, with the gradients it will use. */
  onGradients?(step: StepReport, run: TrainingRun): void | Promise<void>;
  /** After the optimiser's step. */
  onStep?(step: StepReport, run: TrainingRun): void | Promise<void>;
  /** After each epoch, its validation included. */
  onEpoch?(epoch: EpochReport, run: TrainingRun): void | Promise<void>;
  /** After everybody's `onEpoch`: the place to save the state of all. */
  afterEpoch?(epoch: EpochReport, run: TrainingRun): void | Promise<void>;
  /** Always called once `onStart` was, however training ended: the place to tidy up. */
  onEnd?(run: TrainingRun, end: TrainingEnd): void | Promise<void>;
  /** What must be remembered to continue: plain data. */
  stateDict?(): unknown;
  /** Takes back what `stateDict` gave. */
  loadStateDict?(state: never): void;
}
