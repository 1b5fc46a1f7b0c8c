import { noGrad } from "@dl/autograd";
import { checkOptions, type OptionKinds } from "@dl/backend";
import {
  readMetrics,
  resetMetrics,
  updateMetrics,
  type Metrics,
  type MetricValues,
} from "../metrics/metric.ts";
import { RunningMean } from "../metrics/running-mean.ts";
import type { Module } from "../module.ts";
import { batchesOf, type Batches } from "./batches.ts";
import {
  forwardPassOf,
  sampleCount,
  type ForwardPassResult,
  type Objective,
} from "./forward-pass.ts";
import { inEvaluation } from "./in-evaluation.ts";
import { Pace } from "./pace.ts";

/** What a model is judged by. */
export type EvaluateOptions<Batch, M extends Metrics = Metrics> = Objective<Batch> & {
  readonly data: Batches<Batch>;
  readonly metrics?: M;
  /** Stops between two batches; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

const evaluateKinds: OptionKinds<EvaluateOptions<unknown>> = {
  loss: "function",
  forwardPass: "function",
  data: "object|list",
  metrics: "object",
  signal: "object",
};

/** The mean loss over samples, and the metrics. */
export interface Evaluation<M extends Metrics> {
  readonly loss: number;
  readonly metrics: MetricValues<M>;
}

/**
 * The mean loss and the metrics of a model over data, in evaluation and without gradients; the
 * modules' modes are then as before.
 *
 * @throws {ArgumentError} without a loss or data.
 * @throws the signal's reason, once it is aborted.
 * @example
 * const data = [{ inputs, targets }];
 * const { loss, metrics } = await evaluate(model, { loss: crossEntropy, data, metrics: { confusion: new ConfusionMatrix(3) } });
 * metrics.confusion.flat().reduce((sum, count) => sum + count); // => 16
 */
export async function evaluate<Batch, M extends Metrics = Record<never, never>>(
  model: Module,
  options: EvaluateOptions<Batch, M>,
): Promise<Evaluation<M>> {
  return await evaluation(model, checkOptions("evaluate", options, evaluateKinds));
}

/** {@link evaluate} of options that are checked, or are more than it needs. */
export async function evaluation<Batch, M extends Metrics>(
  model: Module,
  options: EvaluateOptions<Batch, M>,
): Promise<Evaluation<M>> {
  const { data, signal, metrics = {} as M } = options;
  const forwardPass = forwardPassOf("evaluate", model, options);
  const mean = new RunningMean();
  resetMetrics(metrics);
  const pace = new Pace();
  for await (const batch of batchesOf("evaluate", data)) {
    signal?.throwIfAborted();
    const pass = (): ForwardPassResult => noGrad(() => forwardPass(batch));
    const { loss, outputs, targets } = inEvaluation(model, pass);
    mean.update(loss, sampleCount(batch));
    if (outputs !== undefined && targets !== undefined) updateMetrics(metrics, outputs, targets);
    await pace.next(loss);
  }
  await pace.end();
  return { loss: await mean.value(), metrics: await readMetrics(metrics) };
}
