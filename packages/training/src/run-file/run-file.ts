import { FormatError } from "@dl/backend";
import type { FileSource } from "@dl/formats";
import { openState, readState, stateFile, type Digests } from "../checkpoints/state-file.ts";
import type { EpochReport } from "../reports.ts";
import type { TrainerState } from "../trainer-state.ts";

/** What a run was, in words and numbers. */
export interface RunDescription {
  /** Text of the program, or what calls it. */
  readonly program: string;
  /** Plain data. */
  readonly settings?: unknown;
  readonly seed?: number;
  /** Of what the bits depend on: packages, the engine. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Of the data, by {@link dataFingerprint}. */
  readonly data?: string;
}

/** Checksums of a training's state after a step, by the names of its parts. */
export interface StepDigests {
  readonly step: number;
  readonly digests: Digests;
}

/** What a run file holds. */
export interface RunFile {
  readonly description: RunDescription;
  /** The backend that it ran on. */
  readonly backend: string;
  readonly history: readonly EpochReport[];
  /** In the order of their steps. */
  readonly steps: readonly StepDigests[];
  /** Whole states, from each of which the run can be repeated; the first is its beginning. */
  readonly checkpoints: readonly TrainerState[];
}

const kind = "run";

/** The bytes of a run file, in parts. */
export async function runFileParts(run: RunFile): Promise<Uint8Array[]> {
  return stateFile("recordRun", await readState("recordRun", { kind, run }));
}

/**
 * Reads a run file: from a path, an address, a Blob or bytes.
 *
 * @throws {FormatError} if it is damaged, naming the part, or no run file.
 * @example
 * await openRun(new Uint8Array(8)); // throws a FormatError
 */
export async function openRun(source: FileSource): Promise<RunFile> {
  const found = (await openState("openRun", source, undefined)) as { kind?: unknown; run: RunFile };
  if (found.kind !== kind)
    throw new FormatError(
      "openRun",
      "the file is a checkpoint, not a run. Use readCheckpoint(source).",
    );
  return found.run;
}

/** Checksums of what the bits of a training are: not of times, nor of what only watches it. */
export async function digestsOf(op: string, state: TrainerState): Promise<Digests> {
  const { trainingStep, schedules, epochSchedules, averages, generators, step } = state;
  const told = { trainingStep, schedules, epochSchedules, averages, generators, step };
  return (await readState(op, told)).digests;
}
