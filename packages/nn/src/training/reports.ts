import type { PassReport } from "./train-epoch.ts";
import type { TrainingStep } from "./train-step.ts";

/** What is known at the end of an epoch. */
export interface EpochReport extends PassReport {
  /** The first is 1. */
  readonly epoch: number;
  /** Steps of the optimiser, of all epochs. */
  readonly step: number;
  /** The first group's, of the epoch's last step. */
  readonly learningRate: number;
  readonly validation?: PassReport;
  /** Of this epoch, validation included. */
  readonly seconds: number;
}

/** One of the optimiser's steps, as callbacks see it. */
export interface StepReport extends Omit<TrainingStep, "step" | "batches"> {
  /** The epoch under way; the first is 1. */
  readonly epoch: number;
  /** Steps of the optimiser, of all epochs, this one included. */
  readonly step: number;
  /** Batches of this epoch, those of this step included. */
  readonly batch: number;
  /** The first group's learning rate, used by this step. */
  readonly learningRate: number;
}
