import { checkOptions } from "@dl/backend";
import type { Callback, TrainingRun } from "../callback.ts";
import type { StepReport } from "../reports.ts";

/** How far training has come. */
export interface TrainingProgress {
  /** The epoch under way; the first is 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches of this epoch so far. */
  readonly batch: number;
  /** Batches of an epoch, where the data says. */
  readonly batchCount: number | undefined;
  /** Steps of the optimiser, of all epochs. */
  readonly step: number;
  /** Means of the scalars over the last some 30 steps that were read, by name. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Since this run began. */
  readonly samples: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
  /** Till the end of the last epoch at the speed so far, where the data says how long that is. */
  readonly secondsLeft: number | undefined;
}

/** How often {@link progress} tells. */
export interface ProgressOptions {
  /** Least time between two reports; the last step of an epoch is always told. Default 100. */
  readonly everyMs?: number;
  /** Milliseconds of a clock that only goes forward; the engine's unless said. */
  readonly now?: () => number;
}

/**
 * Tells a listener how training goes, a few times a second; nothing is read for it, and nothing waits.
 *
 * @example
 * const data = [{ inputs, targets }];
 * const told = [];
 * const callbacks = [progress((event) => told.push(event.batchCount))];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, callbacks });
 * told; // => [1, 1]
 */
export function progress(
  listener: (progress: TrainingProgress) => void,
  options: ProgressOptions = {},
): Callback {
  const { everyMs = 100, now = () => performance.now() } = checkOptions("progress", options, {
    everyMs: "number",
    now: "function",
  });
  let started = 0;
  let told = 0;
  let samples = 0;
  let batches = 0;
  return {
    onStart() {
      [started, told, samples, batches] = [now(), -Infinity, 0, 0];
    },
    onStep(step, run) {
      samples += step.samples;
      batches += step.from.length;
      const isLast = step.batch === run.batchCount;
      if (now() - told < everyMs && !isLast) return;
      told = now();
      const seconds = Math.max(now() - started, 1e-3) / 1000;
      const left = batchesLeft(step, run);
      listener({
        epoch: step.epoch,
        epochs: run.epochs,
        batch: step.batch,
        batchCount: run.batchCount,
        step: step.step,
        scalars: run.recent(),
        learningRate: step.learningRate,
        samples,
        seconds,
        samplesPerSecond: samples / seconds,
        secondsLeft: left === undefined ? undefined : (seconds / batches) * left,
      });
    },
  };
}

function batchesLeft(
  { epoch, batch }: StepReport,
  { epochs, batchCount }: TrainingRun,
): number | undefined {
  return batchCount === undefined ? undefined : (epochs - epoch) * batchCount + batchCount - batch;
}
