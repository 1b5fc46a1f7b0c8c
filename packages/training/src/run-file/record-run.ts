import { checkOptions, type OptionKinds } from "@dl/backend";
import { checkCount } from "@dl/nn";
import type { Callback, TrainingRun } from "../callback.ts";
import { writeTarget, type ModelTarget } from "../model-files/write-target.ts";
import { backendOf, type TrainerState } from "../trainer-state.ts";
import {
  digestsOf,
  runFileParts,
  type RunDescription,
  type RunFile,
  type StepDigests,
} from "./run-file.ts";

/** How closely a run is recorded. */
export interface RecordRunOptions {
  /** Steps from one set of checksums to the next. Default 10. */
  readonly everySteps?: number;
  /** Steps from one whole state to the next; the beginning and the end alone unless said. */
  readonly checkpointEvery?: number;
}

const kinds: OptionKinds<RecordRunOptions> = { everySteps: "number", checkpointEvery: "number" };

/**
 * Records a run, of {@link recordRun}; a callback.
 *
 * @example
 * new RunRecorder({ program: "an example" }) instanceof RunRecorder; // => true
 */
export class RunRecorder implements Callback {
  readonly #description: RunDescription;
  readonly #everySteps: number;
  readonly #checkpointEvery: number;
  readonly #checkpoints: TrainerState[] = [];
  #steps: readonly StepDigests[] = [];
  #run: Pick<RunFile, "backend" | "history"> = { backend: "none", history: [] };

  constructor(description: RunDescription, options: RecordRunOptions = {}) {
    const { everySteps = 10, checkpointEvery = Infinity } = checkOptions(
      "recordRun",
      options,
      kinds,
    );
    checkCount("recordRun", "everySteps", everySteps);
    if (checkpointEvery !== Infinity) checkCount("recordRun", "checkpointEvery", checkpointEvery);
    this.#description = description;
    this.#everySteps = everySteps;
    this.#checkpointEvery = checkpointEvery;
  }

  async onStart(run: TrainingRun): Promise<void> {
    await this.#digest(run);
    this.#keep(run);
  }

  async afterStep({ step }: { readonly step: number }, run: TrainingRun): Promise<void> {
    const isKept = step % this.#checkpointEvery === 0;
    const isLast = step === run.epochs * (run.batchCount ?? NaN);
    if (isKept || isLast || step % this.#everySteps === 0) await this.#digest(run);
    if (isKept) this.#keep(run);
  }

  onEnd(run: TrainingRun): void {
    this.#keep(run);
  }

  /** The checksums so far, for a training that goes on. */
  stateDict(): readonly StepDigests[] {
    return this.#steps;
  }

  loadStateDict(steps: readonly StepDigests[]): void {
    this.#steps = steps;
  }

  /** What was recorded, as a file's bytes. */
  async blob(): Promise<Blob> {
    return new Blob((await this.#parts()) as Uint8Array<ArrayBuffer>[]);
  }

  /** Writes what was recorded: to a path in Node, or a file of a page. */
  async save(target: ModelTarget): Promise<void> {
    const parts = await this.#parts();
    await writeTarget("recordRun", target, parts);
  }

  #parts(): Promise<Uint8Array[]> {
    const [description, steps, checkpoints] = [this.#description, this.#steps, this.#checkpoints];
    return runFileParts({ description, ...this.#run, steps, checkpoints });
  }

  async #digest(run: TrainingRun): Promise<void> {
    const state = run.stateDict();
    this.#steps = [
      ...this.#steps,
      { step: state.step, digests: await digestsOf("recordRun", state) },
    ];
  }

  #keep(run: TrainingRun): void {
    const state = run.stateDict();
    this.#run = { backend: backendOf(state)?.name ?? "none", history: run.history };
    if (this.#checkpoints.at(-1)?.step !== state.step) this.#checkpoints.push(state);
  }
}

/**
 * Records a run in one file: what it was, its figures, checksums of its state every few steps, and whole states
 * from which it can be repeated and compared, by {@link verifyRun}.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const recorder = recordRun({ program: "an example", seed: 0 });
 * const data = [{ inputs, targets }];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, callbacks: [recorder] });
 * (await openRun(await recorder.blob())).steps.length; // => 2
 */
export function recordRun(
  description: RunDescription,
  options: RecordRunOptions = {},
): RunRecorder {
  return new RunRecorder(description, options);
}
