import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import { defaultGenerator, type Generator } from "@dl/tensor";
import { checkCount } from "../layer-options.ts";
import { loadMetricStates, metricStates, resetMetrics } from "../metrics/metric.ts";
import type { Module } from "../module.ts";
import { batchCountOf, isSeekable, type Batches, type LoaderState } from "./batches.ts";
import type { Callback, TrainingEnd, TrainingRun } from "./callback.ts";
import type { EpochReport, StepReport } from "./reports.ts";
import { evaluation } from "./evaluate.ts";
import { forwardPassOf, type ForwardPassResult, type Objective } from "./forward-pass.ts";
import {
  checkTraining,
  continueEpoch,
  loopKinds,
  progressReport,
  type LoopOptions,
  type PassReport,
} from "./train-epoch.ts";
import { EpochProgress, type StepSchedule, type TrainingStep } from "./train-step.ts";
import { checkSameTraining, type TrainerState } from "./trainer-state.ts";

/** Changes an optimiser's learning rate from epoch to epoch, such as a `ReduceOnPlateau`. */
export interface EpochSchedule extends Omit<StepSchedule, "step"> {
  /** Told the epoch's validation loss, or its training loss where there is no validation. */
  step(loss: number): void;
}

/** What is learnt, from what, how, and what is done beside it. */
export type FitOptions<Batch> = Objective<Batch> &
  LoopOptions<Batch> & {
    readonly epochs: number;
    /** Evaluated after each epoch. */
    readonly validation?: Batches<Batch>;
    /** Goes on after each epoch. */
    readonly epochSchedule?: EpochSchedule;
    readonly callbacks?: readonly Callback[];
    /** Random generators in use, for the state; the default one unless said. */
    readonly generators?: readonly Generator[];
  };

const fitKinds: OptionKinds<FitOptions<unknown>> = {
  ...loopKinds,
  epochs: "number",
  validation: "object|list",
  epochSchedule: "object",
  callbacks: "list",
  generators: "list",
};

/**
 * Trains a model and gives one report per epoch.
 *
 * To stop and continue later, make a {@link Trainer} and keep its state; for a loop of one's own,
 * use {@link trainEpoch} and {@link evaluate}.
 *
 * @throws {ArgumentError} for options that cannot work.
 * @throws the signal's reason, once it is aborted; the model is then as the last step left it.
 * @example
 * const data = [{ inputs, targets }];
 * const history = await fit(model, { loss: crossEntropy, optimizer, data, epochs: 5 });
 * history.length; // => 5
 */
export async function fit<Batch>(
  model: Module,
  options: FitOptions<Batch>,
): Promise<readonly EpochReport[]> {
  return await new Trainer(model, options).fit();
}

/**
 * A training that can be stopped, kept and continued to the same bits: {@link fit} with a state.
 *
 * Interrupted between two steps or two epochs, `stateDict` has all that is needed: model, optimiser,
 * schedules, random generators, callbacks and the place in the data. The data must give the same
 * batches for the same epoch, as a `DataLoader` does; the batches already learnt from are skipped.
 *
 * @throws {ArgumentError} for options that cannot work.
 * @example
 * const data = [{ inputs, targets }];
 * const trainer = new Trainer(model, { loss: crossEntropy, optimizer, data, epochs: 3 });
 * await trainer.fit();
 * const state = trainer.stateDict();
 * const longer = new Trainer(model, { loss: crossEntropy, optimizer, data, epochs: 4 });
 * longer.loadStateDict(state);
 * (await longer.fit()).length; // => 4
 */
export class Trainer<Batch> implements TrainingRun {
  readonly model: Module;
  readonly epochs: number;
  readonly #options: FitOptions<Batch>;
  readonly #callbacks: readonly Callback[];
  readonly #generators: readonly Generator[];
  #history: readonly EpochReport[] = [];
  #step = 0;
  #progress = new EpochProgress();
  /** Where a loader that can be sent to a place stood when the epoch under way began. */
  #epochStart: LoaderState | undefined;
  #isRunning = false;
  #isStopped = false;

  constructor(model: Module, options: FitOptions<Batch>) {
    checkOptions("fit", options, fitKinds);
    checkTraining("fit", model, options);
    checkCount("fit", "epochs", options.epochs);
    this.model = model;
    this.epochs = options.epochs;
    this.#options = options;
    this.#callbacks = options.callbacks ?? [];
    this.#generators = options.generators ?? [defaultGenerator()];
  }

  get history(): readonly EpochReport[] {
    return this.#history;
  }

  get batchCount(): number | undefined {
    return batchCountOf(this.#options.data);
  }

  forwardPass(batch: unknown): ForwardPassResult {
    return forwardPassOf("fit", this.model, this.#options)(batch as Batch);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Trains until all epochs are done or somebody stops it, and gives the reports of all epochs so
   * far.
   *
   * @throws the signal's reason, once it is aborted.
   */
  async fit(): Promise<readonly EpochReport[]> {
    if (this.#isRunning)
      throw new ArgumentError("fit", "this trainer is training already. Await its promise first.");
    this.#isRunning = true;
    this.#isStopped = false;
    const started: Callback[] = [];
    try {
      for (const callback of this.#callbacks) {
        started.push(callback);
        await callback.onStart?.(this);
      }
      while (this.#history.length < this.epochs && !this.#isStopped) await this.#epoch();
    } catch (error) {
      await endAll(started, this, "failed");
      throw error;
    } finally {
      this.#isRunning = false;
    }
    const [failure] = await endAll(started, this, this.#isStopped ? "stopped" : "done");
    if (failure !== undefined) throw failure;
    return this.#history;
  }

  async #epoch(): Promise<void> {
    const { metrics = {}, signal, epochSchedule } = this.#options;
    const started = performance.now();
    this.#seek();
    if (this.#progress.batches === 0) resetMetrics(metrics);
    let report: StepReport | undefined;
    const options = {
      ...this.#options,
      onGradients: async (step: TrainingStep<Batch>) => {
        report = this.#report(step);
        for (const callback of this.#callbacks) await callback.onGradients?.(report, this);
      },
      onStep: async () => {
        this.#step++;
        for (const callback of this.#callbacks) await callback.onStep?.(report!, this);
        return !this.#isStopped;
      },
    };
    if (!(await continueEpoch("fit", this.model, options, this.#progress))) return;
    const training = await progressReport(this.#progress, metrics);
    const validated = await this.#validate();
    signal?.throwIfAborted();
    const epoch: EpochReport = {
      epoch: this.#history.length + 1,
      step: this.#step,
      learningRate: this.#progress.learningRate,
      ...training,
      ...(validated && { validation: validated }),
      seconds: (performance.now() - started) / 1000,
    };
    epochSchedule?.step(validated?.loss ?? training.loss);
    this.#history = [...this.#history, epoch];
    this.#progress = new EpochProgress();
    for (const callback of this.#callbacks) await callback.onEpoch?.(epoch, this);
    for (const callback of this.#callbacks) await callback.afterEpoch?.(epoch, this);
  }

  /** An interrupted validation leaves the metrics as they were, for the state. */
  async #validate(): Promise<PassReport | undefined> {
    const { validation, metrics = {} } = this.#options;
    if (validation === undefined) return undefined;
    const before = metricStates(metrics);
    try {
      return await evaluation(this.model, { ...this.#options, data: validation, metrics });
    } catch (error) {
      loadMetricStates(metrics, before);
      throw error;
    }
  }

  /** Notes where the loader stands, or sends it back to where an epoch was left. */
  #seek(): void {
    const { data } = this.#options;
    if (!isSeekable(data)) return;
    if (this.#progress.batches === 0) this.#epochStart = data.state();
    else data.loadState(this.#loaderState() as never);
  }

  /** Where the loader must go on: it may have delivered batches that no step has used. */
  #loaderState(): LoaderState | undefined {
    const { data } = this.#options;
    if (!isSeekable(data)) return undefined;
    const { batches } = this.#progress;
    const isUnderWay = batches > 0 && batches !== this.batchCount;
    return isUnderWay ? { ...this.#epochStart!, batch: batches } : data.state();
  }

  #report({ batches, samples, loss, from }: TrainingStep<Batch>): StepReport {
    return {
      epoch: this.#history.length + 1,
      step: this.#step + 1,
      batch: batches,
      samples,
      loss,
      learningRate: this.#progress.learningRate,
      from,
    };
  }

  /** All that is needed to continue from here: between two steps, or between two epochs. */
  stateDict(): TrainerState {
    const { optimizer, schedule, epochSchedule, metrics = {} } = this.#options;
    const { batches, step, learningRate, loss } = this.#progress;
    return {
      model: this.model.stateDict(),
      optimizer: optimizer.stateDict(),
      schedule: schedule?.stateDict(),
      epochSchedule: epochSchedule?.stateDict(),
      generators: this.#generators.map((generator) => generator.getState()),
      step: this.#step,
      history: this.#history,
      progress: {
        batches,
        step,
        learningRate,
        loss: loss.stateDict(),
        metrics: metricStates(metrics),
      },
      loader: this.#loaderState(),
      callbacks: this.#callbacks.map((callback) => callback.stateDict?.()),
    };
  }

  /**
   * Continues from what {@link Trainer.stateDict} gave: the next `fit` does what would have followed.
   *
   * @throws {ArgumentError} if it was taken of a model, optimiser or training made differently.
   */
  loadStateDict(state: TrainerState): void {
    const { data, optimizer, schedule, epochSchedule, metrics = {} } = this.#options;
    checkSameTraining(this.stateDict(), state);
    this.model.loadStateDict(state.model);
    optimizer.loadStateDict(state.optimizer as never);
    schedule?.loadStateDict(state.schedule as never);
    epochSchedule?.loadStateDict(state.epochSchedule as never);
    this.#generators.forEach((generator, i) => generator.setState(state.generators[i]!));
    this.#step = state.step;
    this.#history = state.history;
    this.#progress = new EpochProgress();
    this.#progress.batches = state.progress.batches;
    this.#progress.step = state.progress.step;
    this.#progress.learningRate = state.progress.learningRate;
    this.#progress.loss.loadStateDict(state.progress.loss);
    loadMetricStates(metrics, state.progress.metrics);
    this.#epochStart = state.loader;
    if (isSeekable(data) && state.loader !== undefined) data.loadState(state.loader as never);
    this.#callbacks.forEach((callback, i) => callback.loadStateDict?.(state.callbacks[i] as never));
  }
}

/** Ends every callback, last one first, and gives what they threw. */
async function endAll(
  callbacks: readonly Callback[],
  run: TrainingRun,
  end: TrainingEnd,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const callback of callbacks.toReversed())
    try {
      await callback.onEnd?.(run, end);
    } catch (error) {
      failures.push(error);
    }
  return failures;
}
