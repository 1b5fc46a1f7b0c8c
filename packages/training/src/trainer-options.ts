import type { OptionKinds } from "@dl/backend";
import type { ReduceOnPlateau, Scheduler, WeightAverage } from "@dl/optim";
import type { Generator } from "@dl/tensor";
import { checkBatches, isBatches, type Batches } from "./batches.ts";
import type { Callback } from "./callback.ts";
import type { Monitor } from "./reports.ts";

/** What a training goes through, how long, and what is done beside it. */
export interface TrainerOptions<Batch> {
  /** One pass per epoch: a `DataLoader`, a `StreamLoader`, or an array of batches. */
  readonly data: Batches<Batch>;
  readonly epochs: number;
  /** Batches whose gradients are averaged into one step. Default 1. */
  readonly accumulate?: number;
  /** Evaluated after each epoch: one set, or several by name. */
  readonly validation?: Batches<Batch> | Readonly<Record<string, Batches<Batch>>>;
  /** Go on after each step. */
  readonly schedule?: Scheduler | readonly Scheduler[];
  /** Told the monitored figure after each epoch. */
  readonly epochSchedule?: ReduceOnPlateau | readonly ReduceOnPlateau[];
  /** The figure that epoch schedules are told. Default "loss". */
  readonly monitor?: Monitor;
  /** Take in the weights after each step. */
  readonly averages?: WeightAverage | readonly WeightAverage[];
  /** Validate with the averages in the weights' place. Default false. */
  readonly validateAverages?: boolean;
  readonly callbacks?: readonly Callback[];
  /** Random generators in use, for the state; the default one unless said. */
  readonly generators?: readonly Generator[];
  /** Stops between two steps; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Whether steps are compiled. Default true. */
  readonly compile?: boolean;
}

export const trainerKinds: OptionKinds<TrainerOptions<unknown>> = {
  data: "object|list",
  epochs: "number",
  accumulate: "number",
  validation: "object|list",
  schedule: "object|list",
  epochSchedule: "object|list",
  monitor: "string|function",
  averages: "object|list",
  validateAverages: "boolean",
  callbacks: "list",
  generators: "list",
  signal: "object",
  compile: "boolean",
};

/** One thing or several, as a list. */
export const listOf = <Item>(given: Item | readonly Item[] | undefined): readonly Item[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given as Item];

/** Validation sets by name. @throws {ArgumentError} for one that cannot be gone through. */
export function namedSets<Batch>(
  given: TrainerOptions<Batch>["validation"],
): ReadonlyMap<string, Batches<Batch>> {
  if (given === undefined) return new Map();
  const sets = isBatches(given)
    ? [["validation", given] as const]
    : Object.entries(given as Readonly<Record<string, Batches<Batch>>>);
  for (const [, data] of sets) checkBatches("fit", data);
  return new Map(sets);
}
