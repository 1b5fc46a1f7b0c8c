import { checkOptions, type OptionKinds } from "@dl/backend";
import { Module } from "@dl/nn";
import { visitBatches, type Batches } from "./batches.ts";
import { claim } from "./claims.ts";
import { inEvaluation } from "./in-evaluation.ts";
import {
  readMetrics,
  resetMetrics,
  updateMetrics,
  type Metrics,
  type MetricValues,
} from "./metrics/metric.ts";
import { forwardPassOf, sampleCount, type Objective } from "./objective.ts";
import { Pace } from "./pace.ts";
import { RunningFigures } from "./running-figures.ts";
import type { Loss } from "./supervised.ts";
import { checkScalars, type FiguresOf, type Scalars, type TrainingStep } from "./training-step.ts";

/** What can be evaluated: a training step with `evaluate`, or what stands for one. */
export type Evaluable<Batch, S extends Scalars, M extends Metrics> = Pick<
  TrainingStep<Batch, S, M>,
  "modules" | "metrics"
> & { readonly evaluate: (batch: Batch) => S };

/** What is gone through. */
export interface PassOptions<Batch> {
  readonly data: Batches<Batch>;
  /** Stops between two batches; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a model is judged by. */
export type EvaluateOptions<Batch, M extends Metrics = Record<never, never>> = Objective<Batch> &
  PassOptions<Batch> & { readonly metrics?: M };

const passKinds: OptionKinds<PassOptions<unknown>> = { data: "object|list", signal: "object" };
const evaluateKinds: OptionKinds<EvaluateOptions<unknown, Metrics>> = {
  ...passKinds,
  loss: "function",
  forwardPass: "function",
  metrics: "object",
};

/**
 * The mean loss and the metrics of a model over data, in evaluation and without gradients.
 *
 * Each batch's forward pass runs in a turn of its own: what else runs meanwhile keeps its modes, and
 * while the same model is being trained, each batch sees the weights of its moment.
 *
 * @throws {ArgumentError} without a loss or data, or if a metric is in use elsewhere.
 * @throws the signal's reason, once it is aborted.
 * @example
 * const data = [{ inputs, targets }];
 * const metrics = { confusion: new ConfusionMatrix(3) };
 * const { loss, confusion } = await evaluate(model, { loss: crossEntropy, data, metrics });
 * confusion.flat().reduce((sum, count) => sum + count); // => 16
 */
export function evaluate<Batch, M extends Metrics = Record<never, never>>(
  model: Module,
  options: EvaluateOptions<Batch, M>,
): Promise<FiguresOf<Loss, M>>;
/** The means of what the step's `evaluate` gives, and its metrics. */
export function evaluate<Batch, S extends Scalars, M extends Metrics>(
  step: Evaluable<Batch, S, M>,
  options: PassOptions<Batch>,
): Promise<FiguresOf<S, M>>;
export async function evaluate<Batch>(
  subject: Module | Evaluable<Batch, Scalars, Metrics>,
  options: PassOptions<Batch> | EvaluateOptions<Batch, Metrics>,
): Promise<FiguresOf<Scalars, Metrics>> {
  const isModel = subject instanceof Module;
  checkOptions<object>("evaluate", options, isModel ? evaluateKinds : passKinds);
  const step = isModel ? judged(subject, options as EvaluateOptions<Batch>) : subject;
  const release = claim("evaluate", "a metric is", Object.values(step.metrics ?? {}));
  try {
    return await passOver("evaluate", step, options);
  } finally {
    release();
  }
}

/** A model with its loss, as something to evaluate. */
function judged<Batch>(
  model: Module,
  options: EvaluateOptions<Batch, Metrics>,
): Evaluable<Batch, Scalars, Metrics> {
  const { metrics = {} } = options;
  const forwardPass = forwardPassOf("evaluate", model, options);
  return {
    modules: { model },
    metrics,
    evaluate(batch) {
      const { loss, outputs, targets } = forwardPass(batch);
      if (outputs !== undefined && targets !== undefined) updateMetrics(metrics, outputs, targets);
      return { loss };
    },
  };
}

/** One pass over data that nothing is learnt from. `around` runs each batch's turn. */
export async function passOver<Batch>(
  op: string,
  { modules, metrics = {}, evaluate: scalarsOf }: Evaluable<Batch, Scalars, Metrics>,
  { data, signal }: PassOptions<Batch>,
  around: (turn: () => Scalars) => Scalars = (turn) => turn(),
): Promise<FiguresOf<Scalars, Metrics>> {
  resetMetrics(metrics);
  const figures = new RunningFigures();
  const pace = new Pace(figures);
  await visitBatches(op, data, async (batch) => {
    signal?.throwIfAborted();
    const scalars = around(() => inEvaluation(op, modules, () => scalarsOf(batch)));
    checkScalars(op, scalars);
    figures.count(scalars, sampleCount(batch));
    await pace.next(false);
    return true;
  });
  await pace.end();
  signal?.throwIfAborted();
  const values: MetricValues<Metrics> = await readMetrics(metrics);
  return { ...figures.means(), ...values } as FiguresOf<Scalars, Metrics>;
}
