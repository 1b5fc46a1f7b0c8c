import { ArgumentError } from "@dl/backend";
import type { GeneratorState } from "@dl/tensor";
import type { TotalState } from "../metrics/metric.ts";
import type { StateDict } from "../module.ts";
import type { LoaderState } from "./batches.ts";
import type { EpochReport } from "./reports.ts";

/**
 * All that training needs to continue to the same bits: plain data and tensors, not changed by
 * further steps.
 */
export interface TrainerState {
  readonly model: StateDict;
  readonly optimizer: unknown;
  readonly schedule: unknown;
  readonly epochSchedule: unknown;
  /** Of each random generator, in their order. */
  readonly generators: readonly GeneratorState[];
  /** Steps of the optimiser, of all epochs. */
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
  readonly step: number;
  readonly learningRate: number;
  readonly loss: TotalState;
  readonly metrics: Readonly<Record<string, TotalState>>;
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
  const has = (part: unknown): string => (part === undefined ? "no" : "a");
  return [
    `generators ${state.generators.length}`,
    `callbacks ${state.callbacks.length}`,
    `metrics ${Object.keys(state.progress.metrics).join(" ") || "none"}`,
    `${has(state.schedule)} schedule`,
    `${has(state.epochSchedule)} epoch schedule`,
  ].join(", ");
}
