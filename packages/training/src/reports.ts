import { ArgumentError } from "@dl/backend";
import type { Figures, Scalars } from "./training-step.ts";

/** What is known at the end of an epoch. */
export interface EpochReport<F extends Figures = Figures> {
  /** The first is 1. */
  readonly epoch: number;
  /** Steps, of all epochs. */
  readonly step: number;
  /** Of the first optimiser's first group, in the epoch's last step. */
  readonly learningRate: number;
  /** Means over the epoch's samples, and metrics. */
  readonly training: F;
  /** The same on the validation data; on the first of several. */
  readonly validation?: F;
  /** The same on each of several validation sets, by name. */
  readonly validations: Readonly<Record<string, F>>;
  /** Of this epoch, validation included. */
  readonly seconds: number;
}

/** One step, as callbacks see it. */
export interface StepReport<Batch = unknown> {
  /** The epoch under way; the first is 1. */
  readonly epoch: number;
  /** Steps, of all epochs, this one included. */
  readonly step: number;
  /** Batches of this epoch, those of this step included. */
  readonly batch: number;
  /** Samples of this step. */
  readonly samples: number;
  /** On the device: read them with `item()`. */
  readonly scalars: Scalars;
  /** Of the first optimiser's first group, used by this step. */
  readonly learningRate: number;
  /** What the step learnt from: one batch, or as many as are accumulated. */
  readonly from: readonly Batch[];
}

/** Which figure counts: one's name, or a number made of the report. */
export type Monitor = string | ((epoch: EpochReport) => number);

/**
 * The figure that counts: of the validation, or of the training where there is none.
 *
 * @throws {ArgumentError} if there is no number of that name.
 */
export function monitored(op: string, monitor: Monitor, epoch: EpochReport): number {
  const figures = epoch.validation ?? epoch.training;
  const figure = typeof monitor === "string" ? figures[monitor] : monitor(epoch);
  if (typeof figure === "number") return figure;
  const numbers = Object.keys(figures).filter((name) => typeof figures[name] === "number");
  throw new ArgumentError(
    op,
    `needs a number to go by: ${typeof monitor === "string" ? `there is no figure "${monitor}"` : `monitor gave ${typeof figure}`}. Pass { monitor: NAME } with one of ${numbers.join(", ")}, or a function of the epoch's report.`,
    { expected: numbers, received: figure },
  );
}
