import { ArgumentError, checkOptions } from "@dl/backend";
import { checkCount } from "@dl/nn";
import type { AnyOptimizer, ReduceOnPlateau, Scheduler, WeightAverage } from "@dl/optim";
import { defaultGenerator, type Generator } from "@dl/tensor";
import {
  batchCountOf,
  checkBatches,
  isSeekable,
  visitBatches,
  type Batches,
  type LoaderState,
} from "./batches.ts";
import type { Callback, TrainingEnd, TrainingRun } from "./callback.ts";
import { claim } from "./claims.ts";
import { passOver } from "./evaluate.ts";
import {
  loadMetricStates,
  metricStates,
  readMetrics,
  resetMetrics,
  type Metrics,
} from "./metrics/metric.ts";
import { sampleCount } from "./objective.ts";
import { Pace } from "./pace.ts";
import { monitored, type EpochReport, type StepReport } from "./reports.ts";
import { RunningFigures } from "./running-figures.ts";
import { StepRunner } from "./step-runner.ts";
import {
  checkSameTraining,
  loadTrainingStepState,
  trainingStepState,
  type TrainerState,
} from "./trainer-state.ts";
import { listOf, namedSets, trainerKinds, type TrainerOptions } from "./trainer-options.ts";
import {
  checkScalars,
  checkTrainingStep,
  parametersOf,
  type FiguresOf,
  type Scalars,
  type TrainingStep,
} from "./training-step.ts";
import { withAverages } from "./with-averages.ts";

/**
 * A training that can be stopped, kept and continued to the same bits: {@link fit} with a state.
 *
 * Interrupted between two steps or two epochs, `stateDict` has all that is needed: networks,
 * optimisers, schedules, averages, random generators, callbacks and the place in the data. The data
 * must give the same batches for the same epoch, as a `DataLoader` does; the batches already learnt
 * from are skipped.
 *
 * @throws {ArgumentError} for options that cannot work.
 * @example
 * const data = [{ inputs, targets }];
 * const step = supervised(model, { loss: crossEntropy, optimizer });
 * const trainer = new Trainer(step, { data, epochs: 3 });
 * await trainer.fit();
 * const longer = new Trainer(step, { data, epochs: 4 });
 * longer.loadStateDict(trainer.stateDict());
 * (await longer.fit()).length; // => 4
 */
export class Trainer<
  Batch,
  S extends Scalars = Scalars,
  M extends Metrics = Metrics,
> implements TrainingRun {
  readonly trainingStep: TrainingStep<Batch, S, M>;
  readonly epochs: number;
  readonly generators: readonly Generator[];
  readonly #options: TrainerOptions<Batch>;
  readonly #runner: StepRunner<Batch>;
  readonly #schedules: readonly Scheduler[];
  readonly #epochSchedules: readonly ReduceOnPlateau[];
  readonly #averages: readonly WeightAverage[];
  readonly #validations: ReadonlyMap<string, Batches<Batch>>;
  readonly #callbacks: readonly Callback[];
  readonly #metrics: Metrics;
  readonly #firstOptimizer: AnyOptimizer | undefined;
  readonly #figures = new RunningFigures();
  #history: readonly EpochReport<FiguresOf<S, M>>[] = [];
  #step = 0;
  /** Batches of the epoch under way. */
  #batches = 0;
  #learningRate = NaN;
  /** Where a loader that can be sent to a place stood when the epoch under way began. */
  #epochStart: LoaderState | undefined;
  #isStopped = false;

  constructor(trainingStep: TrainingStep<Batch, S, M>, options: TrainerOptions<Batch>) {
    checkOptions("fit", options, trainerKinds);
    const { data, epochs, accumulate = 1, validation, generators } = options;
    checkTrainingStep("fit", trainingStep);
    checkBatches("fit", data);
    checkCount("fit", "epochs", epochs);
    checkCount("fit", "accumulate", accumulate);
    if (accumulate > 1 && trainingStep.accumulates !== true)
      throw new ArgumentError(
        "fit",
        `this training step takes one batch at a time: received accumulate ${accumulate}. Leave it out, or write step(batch, ...more) and say accumulates: true.`,
        { expected: 1, received: accumulate },
      );
    this.#validations = namedSets(validation);
    if (this.#validations.size > 0 && trainingStep.evaluate === undefined)
      throw new ArgumentError(
        "fit",
        "validation data needs a training step with evaluate(batch). Write one, or leave validation out.",
      );
    this.trainingStep = trainingStep;
    this.epochs = epochs;
    this.generators = generators ?? [defaultGenerator()];
    this.#options = options;
    this.#schedules = listOf(options.schedule);
    this.#epochSchedules = listOf(options.epochSchedule);
    this.#averages = listOf(options.averages);
    this.#callbacks = options.callbacks ?? [];
    this.#metrics = trainingStep.metrics ?? {};
    [this.#firstOptimizer] = Object.values(trainingStep.optimizers);
    this.#runner = new StepRunner(trainingStep, this.#averages, options.compile !== false);
  }

  get history(): readonly EpochReport<FiguresOf<S, M>>[] {
    return this.#history;
  }

  get batchCount(): number | undefined {
    return batchCountOf(this.#options.data);
  }

  recent(): Readonly<Record<string, number>> {
    return this.#figures.recent();
  }

  async readRecent(): Promise<Readonly<Record<string, number>>> {
    await this.#figures.read();
    return this.#figures.recent();
  }

  plainParts(): ReadonlyMap<string, string> {
    return this.#runner.plainParts();
  }

  async runPlain(from: readonly unknown[]): Promise<void> {
    await this.#runner.runPlain(from as readonly Batch[]);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Trains until all epochs are done or somebody stops it, and gives the reports of all epochs so
   * far.
   *
   * @throws the signal's reason, once it is aborted.
   * @throws {ArgumentError} if another training has one of the networks, optimisers or metrics.
   */
  async fit(): Promise<readonly EpochReport<FiguresOf<S, M>>[]> {
    const { trainingStep } = this;
    const release = claim("fit", "a network, an optimizer or a metric is", [
      ...parametersOf(trainingStep),
      ...Object.values(trainingStep.optimizers),
      ...Object.values(this.#metrics),
    ]);
    this.#isStopped = false;
    const started: Callback[] = [];
    try {
      try {
        for (const callback of this.#callbacks) {
          started.push(callback);
          await callback.onStart?.(this);
        }
        while (this.#history.length < this.epochs && !this.#isStopped) await this.#epoch();
      } catch (error) {
        await endAll(started, this, "failed");
        throw error;
      }
      const [failure] = await endAll(started, this, this.#isStopped ? "stopped" : "done");
      if (failure !== undefined) throw failure;
      return this.#history;
    } finally {
      release();
    }
  }

  async #epoch(): Promise<void> {
    const started = performance.now();
    this.#seek();
    if (this.#batches === 0) {
      resetMetrics(this.#metrics);
      this.#figures.reset();
    }
    if (!(await this.#train())) return;
    const training = {
      ...this.#figures.means(),
      ...(await readMetrics(this.#metrics)),
    } as FiguresOf<S, M>;
    const validations = await this.#validate();
    this.#options.signal?.throwIfAborted();
    const [first] = Object.values(validations);
    const epoch: EpochReport<FiguresOf<S, M>> = {
      epoch: this.#history.length + 1,
      step: this.#step,
      learningRate: this.#learningRate,
      training,
      ...(first !== undefined && { validation: first }),
      validations,
      seconds: (performance.now() - started) / 1000,
    };
    for (const schedule of this.#epochSchedules)
      schedule.step(monitored("fit", this.#options.monitor ?? "loss", epoch));
    this.#history = [...this.#history, epoch];
    this.#batches = 0;
    for (const callback of this.#callbacks) await callback.onEpoch?.(epoch, this);
    for (const callback of this.#callbacks) await callback.afterEpoch?.(epoch, this);
  }

  /** The rest of the epoch's steps; `false` if a callback ended the training before its end. */
  async #train(): Promise<boolean> {
    const { data, accumulate = 1, signal } = this.#options;
    const pace = new Pace(this.#figures);
    for (const module of Object.values(this.trainingStep.modules)) module.train();
    const isDone = this.#batches > 0 && this.#batches === this.batchCount;
    const skipped = isSeekable(data) ? 0 : this.#batches;
    let from: Batch[] = [];
    const take = (batch: Batch): boolean | Promise<boolean> => {
      signal?.throwIfAborted();
      from.push(batch);
      if (from.length < accumulate) return true;
      const batches = from;
      from = [];
      return this.#takeStep(batches, pace);
    };
    if (!isDone && !(await visitBatches("fit", data, take, skipped))) return false;
    if (from.length > 0 && !(await this.#takeStep(from, pace))) return false;
    await pace.end();
    signal?.throwIfAborted();
    return true;
  }

  /** `false` if the training is to end here. */
  #takeStep(from: readonly Batch[], pace: Pace): boolean | Promise<boolean> {
    if (this.#callbacks.length > 0) return this.#watchedStep(from, pace);
    const scalars = this.#runner.run(from);
    if (scalars instanceof Promise)
      return scalars.then(async (awaited) => {
        this.#took(awaited, from);
        await pace.next(false);
        return true;
      });
    this.#took(scalars, from);
    const pause = pace.next(this.#runner.isReplayed);
    return pause === undefined ? true : pause.then(() => true);
  }

  async #watchedStep(from: readonly Batch[], pace: Pace): Promise<boolean> {
    for (const callback of this.#callbacks) await callback.beforeStep?.(this.#step + 1, this);
    const scalars = await this.#runner.run(from);
    const samples = this.#took(scalars, from);
    await pace.next(this.#runner.isReplayed);
    const report: StepReport<Batch> = {
      epoch: this.#history.length + 1,
      step: this.#step,
      batch: this.#batches,
      samples,
      scalars,
      learningRate: this.#learningRate,
      from,
    };
    for (const callback of this.#callbacks) await callback.onStep?.(report, this);
    for (const callback of this.#callbacks) await callback.afterStep?.(report, this);
    return !this.#isStopped;
  }

  /** Counts a step that was made; gives its samples. */
  #took(scalars: Scalars, from: readonly Batch[]): number {
    checkScalars("fit", scalars);
    this.#learningRate = this.#firstOptimizer?.groups[0]?.learningRate ?? NaN;
    this.#step++;
    this.#batches += from.length;
    const samples = from.reduce((sum, batch) => sum + sampleCount(batch), 0);
    this.#figures.count(scalars, samples);
    for (const schedule of this.#schedules) schedule.step();
    return samples;
  }

  /** An interrupted validation leaves the metrics as they were, for the state. */
  async #validate(): Promise<Record<string, FiguresOf<S, M>>> {
    const { signal, validateAverages } = this.#options;
    const { modules, metrics, evaluate } = this.trainingStep;
    const before = metricStates(this.#metrics);
    const judged = { modules, ...(metrics && { metrics }), evaluate: evaluate! };
    const found: Record<string, FiguresOf<S, M>> = {};
    try {
      for (const [name, data] of this.#validations)
        found[name] = (await passOver("fit", judged, { data, ...(signal && { signal }) }, (turn) =>
          validateAverages === true ? withAverages(this.#averages, turn) : turn(),
        )) as FiguresOf<S, M>;
    } catch (error) {
      loadMetricStates(this.#metrics, before);
      throw error;
    }
    return found;
  }

  /** Notes where the loader stands, or sends it back to where an epoch was left. */
  #seek(): void {
    const { data } = this.#options;
    if (!isSeekable(data)) return;
    if (this.#batches === 0) this.#epochStart = data.state();
    else data.loadState(this.#loaderState()!);
  }

  /** Where the loader must go on: it may have delivered batches that no step has used. */
  #loaderState(): LoaderState | undefined {
    const { data } = this.#options;
    if (!isSeekable(data)) return undefined;
    const isUnderWay = this.#batches > 0 && this.#batches !== this.batchCount;
    return isUnderWay ? { ...this.#epochStart!, batch: this.#batches } : data.state();
  }

  /** All that is needed to continue from here: between two steps, or between two epochs. */
  stateDict(): TrainerState {
    return {
      trainingStep: trainingStepState(this.trainingStep),
      schedules: this.#schedules.map((schedule) => schedule.stateDict()),
      epochSchedules: this.#epochSchedules.map((schedule) => schedule.stateDict()),
      averages: this.#averages.map((average) => average.stateDict()),
      generators: this.generators.map((generator) => generator.getState()),
      step: this.#step,
      history: this.#history,
      progress: {
        batches: this.#batches,
        learningRate: this.#learningRate,
        figures: this.#figures.stateDict(),
        metrics: metricStates(this.#metrics),
      },
      loader: this.#loaderState(),
      callbacks: this.#callbacks.map((callback) => callback.stateDict?.()),
    };
  }

  /**
   * Continues from what {@link Trainer.stateDict} gave: the next `fit` does what would have followed.
   *
   * @throws {ArgumentError} if it was taken of a training made differently; nothing is changed then.
   */
  loadStateDict(state: TrainerState): void {
    const before = this.stateDict();
    checkSameTraining(before, state);
    try {
      this.#load(state);
    } catch (error) {
      this.#load(before);
      throw error;
    }
  }

  #load(state: TrainerState): void {
    loadTrainingStepState(this.trainingStep, state.trainingStep);
    this.#schedules.forEach((schedule, i) => schedule.loadStateDict(state.schedules[i]!));
    this.#epochSchedules.forEach((schedule, i) => schedule.loadStateDict(state.epochSchedules[i]!));
    this.#averages.forEach((average, i) => average.loadStateDict(state.averages[i]!));
    this.generators.forEach((generator, i) => generator.setState(state.generators[i]!));
    this.#step = state.step;
    this.#history = state.history as readonly EpochReport<FiguresOf<S, M>>[];
    this.#batches = state.progress.batches;
    this.#learningRate = state.progress.learningRate;
    this.#figures.loadStateDict(state.progress.figures);
    loadMetricStates(this.#metrics, state.progress.metrics);
    this.#epochStart = state.loader;
    const { data } = this.#options;
    if (isSeekable(data) && state.loader !== undefined) data.loadState(state.loader);
    this.#callbacks.forEach((callback, i) => callback.loadStateDict?.(state.callbacks[i]));
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
