import { noGrad } from "@dl/autograd";
import { ArgumentError, formatShape } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { updateMetrics, type Metric } from "../metrics/metric.ts";
import { RunningMean } from "../metrics/running-mean.ts";
import { sampleCount, type ForwardPass } from "./forward-pass.ts";
import { learningRateOf, takeStep, type TrainingOptimizer } from "./optimizer-step.ts";

/** Changes an optimiser's learning rate from step to step, such as a `Scheduler`. */
export interface StepSchedule {
  /** Goes on to the next learning rate. */
  step(): void;
  /** What must be kept to go on from here. */
  stateDict(): unknown;
  /** Takes back what `stateDict` gave. */
  loadStateDict(state: never): void;
}

/** How a step is taken. */
export interface StepOptions {
  readonly optimizer: TrainingOptimizer;
  /** Goes on after each of the optimiser's steps. */
  readonly schedule?: StepSchedule;
  /** Limits the gradients before a step: `(parameters) => clipGradNorm(parameters, 1)`. */
  readonly clip?: (parameters: readonly Tensor[]) => unknown;
  /** Figures of outputs beside targets, by name. */
  readonly metrics?: Readonly<Record<string, Metric>>;
}

/** Called between backward and the optimiser's step, with the gradients it will use. */
export type GradientsHook<Batch> = (step: TrainingStep<Batch>) => void | Promise<void>;

/** One of the optimiser's steps. */
export interface TrainingStep<Batch = unknown> {
  /** Steps of this epoch, this one included. */
  readonly step: number;
  /** Batches of this epoch, those of this step included. */
  readonly batches: number;
  /** Samples of this step. */
  readonly samples: number;
  /** Mean loss of this step's batches, a scalar on the device: read it with `item()`. */
  readonly loss: Tensor;
  /** What the step learns from: one batch, or as many as are accumulated. */
  readonly from: readonly Batch[];
}

/** How far an epoch has come; what a checkpoint in its middle must remember. */
export class EpochProgress {
  batches = 0;
  step = 0;
  /** The first group's, of the latest step. */
  learningRate: number = NaN;
  readonly loss: RunningMean = new RunningMean();
}

/** One step from these batches, their gradients averaged; `progress` counts it. */
export async function trainStep<Batch>(
  op: string,
  forwardPass: ForwardPass<Batch>,
  from: readonly Batch[],
  options: StepOptions & { readonly onGradients?: GradientsHook<Batch> },
  progress: EpochProgress,
): Promise<TrainingStep<Batch>> {
  const { optimizer, schedule, clip, metrics = {}, onGradients } = options;
  const parameters = optimizer.groups.flatMap((group) => group.parameters);
  let step: TrainingStep<Batch> | undefined;
  const compute = (): Tensor => {
    optimizer.zeroGrad();
    const losses = from.map((batch) => {
      const { loss, outputs, targets } = forwardPass(batch);
      checkLoss(op, loss);
      loss.backward();
      // Later evaluations of the same step stand elsewhere, and count for nothing.
      if (step === undefined) {
        progress.loss.update(loss, sampleCount(batch));
        if (outputs !== undefined && targets !== undefined)
          updateMetrics(metrics, outputs, targets);
      }
      return loss.detach();
    });
    checkGradients(op, parameters);
    const mean = averaged(losses, parameters);
    progress.batches += step === undefined ? from.length : 0;
    step ??= {
      step: ++progress.step,
      batches: progress.batches,
      samples: from.reduce((sum, batch) => sum + sampleCount(batch), 0),
      loss: mean,
      from,
    };
    return mean;
  };
  await takeStep(optimizer, {
    compute,
    ready: async () => {
      clip?.(parameters);
      progress.learningRate = learningRateOf(optimizer);
      await onGradients?.(step!);
    },
  });
  schedule?.step();
  return step!;
}

/** The mean of the losses; the gradients, so far a sum, become a mean too. */
function averaged(losses: readonly Tensor[], parameters: readonly Tensor[]): Tensor {
  if (losses.length === 1) return losses[0]!;
  return noGrad(() => {
    const share = 1 / losses.length;
    for (const parameter of parameters)
      if (parameter.grad !== null) parameter.grad = parameter.grad.mul(share);
    return losses.reduce((sum, loss) => sum.add(loss)).mul(share);
  });
}

function checkLoss(op: string, loss: unknown): void {
  if (!(loss instanceof Tensor))
    throw new ArgumentError(
      op,
      `the loss must be a tensor: received ${loss instanceof Promise ? "a promise" : typeof loss}. Return a scalar tensor, before any await.`,
      { received: loss },
    );
  if (loss.elementCount !== 1)
    throw new ArgumentError(
      op,
      `the loss must be a scalar: received shape ${formatShape(loss.shape)}. Reduce it, e.g. with mean().`,
      { expected: [], received: loss.shape },
    );
}

function checkGradients(op: string, parameters: readonly Tensor[]): void {
  if (parameters.some(({ grad }) => grad !== null)) return;
  throw new ArgumentError(
    op,
    `none of the optimizer's ${parameters.length} parameters got a gradient: the loss does not depend on them. Compute it from the model's outputs, without detach() or noGrad().`,
    { received: parameters.length },
  );
}
