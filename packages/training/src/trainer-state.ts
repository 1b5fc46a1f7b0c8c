import { ArgumentError, type Backend } from "@dl/backend";
import type { StateDict } from "@dl/nn";
import type {
  AnyOptimizer,
  ReduceOnPlateauState,
  SchedulerState,
  WeightAverageState,
} from "@dl/optim";
import type { GeneratorState } from "@dl/tensor";
import type { LoaderState } from "./batches.ts";
import type { TotalState } from "./metrics/metric.ts";
import type { EpochReport } from "./reports.ts";
import type { RunningFiguresState } from "./running-figures.ts";
import type { TrainingStep } from "./training-step.ts";

/** What an optimiser of any kind keeps. */
export type AnyOptimizerState = ReturnType<AnyOptimizer["stateDict"]>;

/** What a training step keeps. */
export interface TrainingStepState {
  /** By the networks' names. */
  readonly modules: Readonly<Record<string, StateDict>>;
  /** By the optimisers' names. */
  readonly optimizers: Readonly<Record<string, AnyOptimizerState>>;
  /** What the step itself has to remember. */
  readonly own: unknown;
}

/**
 * All that training needs to continue to the same bits: plain data and tensors, not changed by
 * further steps.
 */
export interface TrainerState {
  readonly trainingStep: TrainingStepState;
  readonly schedules: readonly SchedulerState[];
  readonly epochSchedules: readonly ReduceOnPlateauState[];
  readonly averages: readonly WeightAverageState[];
  /** Of each random generator, in their order. */
  readonly generators: readonly GeneratorState[];
  /** Steps, of all epochs. */
  readonly step: number;
  readonly history: readonly EpochReport[];
  /** The epoch under way. */
  readonly progress: ProgressState;
  /** Where a loader that can be sent to a place must go on. */
  readonly loader: LoaderState | undefined;
  /** Of each callback, in their order. */
  readonly callbacks: readonly unknown[];
}

/** How far an epoch has come. */
export interface ProgressState {
  readonly batches: number;
  readonly learningRate: number;
  readonly figures: RunningFiguresState;
  readonly metrics: Readonly<Record<string, TotalState>>;
}

/** A training step's state as it is now. */
export function trainingStepState(step: TrainingStep<never>): TrainingStepState {
  return {
    modules: mapped(step.modules, (module) => module.stateDict()),
    optimizers: mapped(step.optimizers, (optimizer) => optimizer.stateDict()),
    own: step.stateDict?.(),
  };
}

/** Continues from {@link trainingStepState}. @throws {ArgumentError} if it is of another step. */
export function loadTrainingStepState(step: TrainingStep<never>, state: TrainingStepState): void {
  for (const [name, module] of Object.entries(step.modules))
    module.loadStateDict(state.modules[name]!);
  for (const [name, optimizer] of Object.entries(step.optimizers))
    loadOptimizer(name, optimizer, state.optimizers[name]!);
  step.loadStateDict?.(state.own);
}

function loadOptimizer(name: string, optimizer: AnyOptimizer, state: AnyOptimizerState): void {
  if (optimizer.kind === "closure" && "memory" in state) optimizer.loadStateDict(state);
  else if (optimizer.kind !== "closure" && !("memory" in state)) optimizer.loadStateDict(state);
  else
    throw new ArgumentError(
      "fit",
      `the state is of another optimizer: ${name} is ${optimizer.constructor.name}. Load it into a trainer made the same way.`,
      { expected: optimizer.kind, received: state },
    );
}

/** @throws {ArgumentError} unless both are of trainings made the same way. */
export function checkSameTraining(own: TrainerState, given: TrainerState): void {
  const [expected, received] = [makeup(own), makeup(given)];
  if (expected !== received)
    throw new ArgumentError(
      "fit",
      `the state is of another training: received ${received}; this one has ${expected}. Load it into a trainer made the same way.`,
      { expected, received },
    );
}

/** What a training is made of, as far as its state tells, as text. */
function makeup(state: TrainerState): string {
  const { trainingStep, progress } = state;
  const names = (record: object): string => Object.keys(record).join(" ") || "none";
  return [
    `modules ${names(trainingStep.modules)}`,
    `optimizers ${names(trainingStep.optimizers)}`,
    `metrics ${names(progress.metrics)}`,
    `generators ${state.generators.length}`,
    `callbacks ${state.callbacks.length}`,
    `schedules ${state.schedules.length}`,
    `epoch schedules ${state.epochSchedules.length}`,
    `averages ${state.averages.length}`,
  ].join(", ");
}

/** Where a training's networks are; `undefined` where they hold nothing. */
export function backendOf({ trainingStep: { modules } }: TrainerState): Backend | undefined {
  for (const module of Object.values(modules))
    for (const held of module.values()) return held.backend;
  return undefined;
}

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
