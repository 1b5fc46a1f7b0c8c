import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import type { Module } from "@dl/nn";
import type { AnyOptimizer } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import { descendByClosure, descendIn, type DescendOptions, type LossOf } from "./descend.ts";
import { updateMetrics, type Metrics } from "./metrics/metric.ts";
import { forwardPassOf, type Objective } from "./objective.ts";
import type { TrainingStep } from "./training-step.ts";

/** What is made small, by what, and which figures are kept beside it. */
export type SupervisedOptions<Batch, M extends Metrics = Record<never, never>> = Objective<Batch> &
  DescendOptions & {
    readonly optimizer: AnyOptimizer;
    /** Figures of outputs beside targets, by name. */
    readonly metrics?: M;
  };

export const supervisedKinds: OptionKinds<SupervisedOptions<unknown, Metrics>> = {
  loss: "function",
  forwardPass: "function",
  optimizer: "object",
  clip: "function",
  metrics: "object",
};

/** The scalars of supervised learning: the loss, and what else the forward pass gives. */
export interface Loss extends Record<string, Tensor> {
  readonly loss: Tensor;
}

/**
 * Learning from examples: one model, one loss, one optimiser, of any kind.
 *
 * @throws {ArgumentError} without a loss, or for an optimiser that cannot do it.
 * @example
 * const step = supervised(model, { loss: crossEntropy, optimizer });
 * const history = await fit(step, { data: [{ inputs, targets }], epochs: 5 });
 * history.length; // => 5
 */
export function supervised<Batch, M extends Metrics = Record<never, never>>(
  model: Module,
  options: SupervisedOptions<Batch, M>,
): TrainingStep<Batch, Loss, M> {
  return supervisedIn("supervised", model, checkOptions("supervised", options, supervisedKinds));
}

/** {@link supervised} whose errors speak of `op`. */
export function supervisedIn<Batch, M extends Metrics>(
  op: string,
  model: Module,
  options: SupervisedOptions<Batch, M>,
): TrainingStep<Batch, Loss, M> {
  const { optimizer, clip, metrics } = options;
  const forwardPass = forwardPassOf(op, model, options);
  if (clip !== undefined && optimizer?.kind === "closure")
    throw new ArgumentError(
      op,
      "clip cannot be used with an optimizer that computes the loss several times per step: its line search would see gradients that are not the loss's. Leave clip out, or use another optimizer.",
    );
  /** A batch's scalars; the metrics count it. */
  const passOver = (batch: Batch): Loss => {
    const { loss, outputs, targets, scalars } = forwardPass(batch);
    if (metrics !== undefined && outputs !== undefined && targets !== undefined)
      updateMetrics(metrics, outputs, targets);
    return { ...scalars, loss };
  };
  /** The batches' losses, and what their first passes gave; a loss computed again counts nowhere. */
  const withScalars = (batches: readonly Batch[]): { losses: LossOf[]; beside: Loss[] } => {
    const beside: Loss[] = [];
    const losses = batches.map((batch, i) => (): Tensor => {
      const isAgain = beside[i] !== undefined;
      return isAgain ? forwardPass(batch).loss : (beside[i] = passOver(batch)).loss;
    });
    return { losses, beside };
  };
  return {
    modules: { model },
    optimizers: { optimizer },
    accumulates: true,
    ...(metrics && { metrics }),
    evaluate: passOver,
    ...(optimizer?.kind === "closure"
      ? {
          plain: "the optimizer reads the loss within its step",
          async step(...batches: readonly Batch[]) {
            const { losses, beside } = withScalars(batches);
            const loss = await descendByClosure(op, optimizer, losses);
            return { ...meanOf(beside), loss };
          },
        }
      : {
          step(...batches: readonly Batch[]) {
            const { losses, beside } = withScalars(batches);
            const loss = descendIn(op, optimizer, losses, { ...(clip && { clip }) });
            return { ...meanOf(beside), loss };
          },
        }),
  };
}

/** Name by name, each batch counting the same, without their history. */
function meanOf(batches: readonly Loss[]): Record<string, Tensor> {
  return noGrad(() =>
    Object.fromEntries(
      Object.entries(batches[0]!).map(([name, first]) => {
        const others = batches.slice(1).map((scalars) => scalars[name]!);
        const sum = others.reduce((total, value) => total.add(value), first.detach());
        return [name, others.length === 0 ? sum : sum.div(batches.length)];
      }),
    ),
  );
}
