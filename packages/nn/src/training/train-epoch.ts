import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import { checkCount } from "../layer-options.ts";
import { readMetrics, resetMetrics, type Metric } from "../metrics/metric.ts";
import type { Module } from "../module.ts";
import { batchCountOf, batchesOf, checkBatches, isSeekable, type Batches } from "./batches.ts";
import { forwardPassOf, type Objective } from "./forward-pass.ts";
import { checkOptimizer, takesClosure } from "./optimizer-step.ts";
import { Pace } from "./pace.ts";
import {
  EpochProgress,
  trainStep,
  type GradientsHook,
  type StepOptions,
  type TrainingStep,
} from "./train-step.ts";

/** What an epoch goes through. */
export interface LoopOptions<Batch> extends StepOptions {
  /** One pass per epoch: a `DataLoader`, or an array of batches. */
  readonly data: Batches<Batch>;
  /** Batches whose gradients are averaged into one step. Default 1. */
  readonly accumulate?: number;
  /** Stops between two steps; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What is done in one epoch. */
export type TrainEpochOptions<Batch> = Objective<Batch> &
  LoopOptions<Batch> & {
    readonly onGradients?: GradientsHook<Batch>;
    /** Called after the optimiser's step; `false` ends the epoch. */
    readonly onStep?: (step: TrainingStep<Batch>) => void | boolean | Promise<void | boolean>;
  };

export const loopKinds: OptionKinds<Objective<unknown> & LoopOptions<unknown>> = {
  loss: "function",
  forwardPass: "function",
  data: "object|list",
  accumulate: "number",
  signal: "object",
  optimizer: "object",
  schedule: "object",
  clip: "function",
  metrics: "object",
};

/** Figures of one pass over data. */
export interface PassReport {
  /** Mean over samples. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Goes through the data once, a step per batch, and gives the mean loss and the metrics.
 *
 * A step is: forget old gradients, forward, backward, clip, step, schedule. One number is read per
 * step, and only after the next step is under way, so a device is never kept waiting.
 *
 * @throws {ArgumentError} without a loss, data or an optimiser of this model.
 * @throws the signal's reason, once it is aborted.
 * @example
 * const data = [{ inputs, targets }];
 * const { loss } = await trainEpoch(model, { loss: crossEntropy, optimizer, data });
 * loss > 0; // => true
 */
export async function trainEpoch<Batch>(
  model: Module,
  options: TrainEpochOptions<Batch>,
): Promise<PassReport> {
  checkOptions("trainEpoch", options, {
    ...loopKinds,
    onGradients: "function",
    onStep: "function",
  });
  checkTraining("trainEpoch", model, options);
  resetMetrics(options.metrics ?? {});
  const progress = new EpochProgress();
  await continueEpoch("trainEpoch", model, options, progress);
  return await progressReport(progress, options.metrics);
}

/** @throws {ArgumentError} for options that cannot work. */
export function checkTraining<Batch>(
  op: string,
  model: Module,
  options: TrainEpochOptions<Batch>,
): void {
  checkOptimizer(op, options.optimizer, model.namedParameters());
  forwardPassOf(op, model, options);
  checkBatches(op, options.data);
  checkCount(op, "accumulate", options.accumulate ?? 1);
  if (options.clip !== undefined && takesClosure(options.optimizer))
    throw new ArgumentError(
      op,
      "clip cannot be used with an optimizer that computes the loss several times per step: its line search would see gradients that are not the loss's. Leave clip out, or use another optimizer.",
    );
}

/** The mean loss and the metrics of an epoch that is over. */
export async function progressReport(
  progress: EpochProgress,
  metrics: Readonly<Record<string, Metric>> = {},
): Promise<PassReport> {
  return { loss: await progress.loss.value(), metrics: await readMetrics(metrics) };
}

/**
 * The rest of an epoch, from where `progress` stands, as does data that can be sent there; `false` if
 * `onStep` ended it early.
 */
export async function continueEpoch<Batch>(
  op: string,
  model: Module,
  options: TrainEpochOptions<Batch>,
  progress: EpochProgress,
): Promise<boolean> {
  const { data, signal, accumulate = 1, onStep } = options;
  const forwardPass = forwardPassOf(op, model, options);
  const pace = new Pace();
  const goOn = async (from: readonly Batch[]): Promise<boolean> => {
    signal?.throwIfAborted();
    const step = await trainStep(op, forwardPass, from, options, progress);
    await pace.next(step.loss);
    return (await onStep?.(step)) !== false;
  };
  model.train();
  let from: Batch[] = [];
  const isDone = progress.batches > 0 && progress.batches === batchCountOf(data);
  const skipped = isSeekable(data) ? 0 : progress.batches;
  for await (const batch of isDone ? [] : batchesOf(op, data, skipped)) {
    from.push(batch);
    if (from.length < accumulate) continue;
    if (!(await goOn(from))) return false;
    from = [];
  }
  if (from.length > 0 && !(await goOn(from))) return false;
  await pace.end();
  signal?.throwIfAborted();
  return true;
}
