import type { Backend, Executable } from "@dl/backend";
import type { Storage, Stored } from "./storage.ts";
import { upcomingSerial, type NumberOperand, type TensorValue } from "./tensor-value.ts";

/** One dispatch of a step. */
export interface RecordedRun {
  readonly executable: Executable;
  readonly inputs: readonly Stored[];
  readonly outputs: readonly Storage[];
  /** Asked for their numbers again in each replay. */
  readonly numbers: readonly NumberOperand[];
}

/** Work of the host between dispatches. */
export type HostWork = () => void;

/** A tensor, as far as a recording cares. */
export interface Rebindable {
  readonly value: TensorValue;
  rebind(next: TensorValue): void;
}

/** A number that host work computes, in a compiled step again for each replay. */
export interface LiveNumber {
  number: number;
}

const sharing = "a tensor that the step changes shares its elements with another";

/** Follows one run of a step that {@link compile} was given. */
export class StepRecorder {
  readonly runs: (RecordedRun | HostWork)[] = [];
  /** Asked before a replay: false where the step would now take another course. */
  readonly conditions: (() => boolean)[] = [];
  /** Tensors that stand for other elements after the step, with those of before. */
  readonly rebound = new Map<Rebindable, TensorValue | undefined>();
  /** What the step computed. */
  readonly produced = new Set<Storage>();
  /** What it read besides, and by whom, views traced to what they were made of; kept from the pool. */
  readonly read = new Map<Storage, Set<Stored>>();
  private readonly touched = new Set<object>();
  /** What each view made in the step was made of in the end. */
  private readonly origins = new Map<Stored, Stored>();
  backend: Backend | undefined;
  /** Why the step cannot be repeated from this recording. */
  refusal: string | undefined;
  readonly start: number = upcomingSerial();

  ran(run: RecordedRun): void {
    for (const input of run.inputs) {
      const { storage } = input;
      if (this.produced.has(storage)) continue;
      let readers = this.read.get(storage);
      if (readers === undefined) {
        this.read.set(storage, (readers = new Set()));
        storage.holders++;
      }
      readers.add(this.origins.get(input) ?? input);
    }
    for (const output of run.outputs) {
      this.backend = output.backend;
      this.produced.add(output);
    }
    this.runs.push(run);
  }

  /** Has host work done at this place in each replay. */
  whenReplayed(work: HostWork): void {
    this.runs.push(work);
  }

  /** Has the step recorded anew when `condition` no longer holds before a replay. */
  requires(condition: () => boolean): void {
    this.conditions.push(condition);
  }

  /** For a step that cannot be repeated from this recording; another one may do. */
  refuse(reason: string): void {
    this.refusal ??= reason;
  }

  /** Whether `item` is named for the first time in this recording. */
  touch(item: object): boolean {
    const isNew = !this.touched.has(item);
    this.touched.add(item);
    return isNew;
  }

  /** Told of a tensor made in the step that can be seen after it: a gradient. */
  outlives(tensor: Rebindable): void {
    if (!this.rebound.has(tensor)) this.rebound.set(tensor, undefined);
  }

  /** Told of a tensor before it is made to stand for other elements. */
  rebinding(tensor: Rebindable): void {
    if (this.rebound.has(tensor)) return;
    const { value } = tensor;
    this.rebound.set(tensor, value);
    const { stored } = value;
    if (stored !== undefined && this.produced.has(stored.storage) && value.serial >= this.start)
      return;
    if (stored === undefined || this.produced.has(stored.storage))
      this.refuse("a tensor that the step changes was not computed before it");
    else if (value.handles > 1) this.refuse(sharing);
  }

  /** Told of another layout put over a storage. */
  viewed(stored: Stored, view: Stored): void {
    this.origins.set(view, this.origins.get(stored) ?? stored);
  }

  /** Ends the recording: what a changed tensor lay in, the step may have read through it alone. */
  finish(): void {
    for (const before of this.rebound.values()) {
      const readers = before?.stored && this.read.get(before.stored.storage);
      if (readers !== undefined && (readers.size > 1 || !readers.has(before!.stored!)))
        this.refuse(sharing);
    }
  }

  release(): void {
    for (const storage of this.read.keys()) storage.release();
  }
}

let recorder: StepRecorder | undefined;

/**
 * The recording under way, if any.
 *
 * @example
 * stepRecorder(); // => undefined
 */
export function stepRecorder(): StepRecorder | undefined {
  return recorder;
}

/** Whether a value described before the step under way waits to be computed: that is no part of the step. */
export function isPrior({ pending, serial }: TensorValue): boolean {
  return recorder !== undefined && pending !== undefined && serial < recorder.start;
}

/** Does work that is no part of the step under way. */
export function unrecorded(work: () => void): void {
  const current = recorder;
  recorder = undefined;
  try {
    work();
  } finally {
    recorder = current;
  }
}

export function recordStep(next: StepRecorder | undefined): void {
  recorder = next;
}

/**
 * Does host work now, and again at the same place whenever the compiled step is replayed.
 *
 * @example
 * let calls = 0;
 * repeated(() => calls++); // outside a compiled step: once
 * calls; // => 1
 */
export function repeated(work: () => void): void {
  work();
  recorder?.whenReplayed(work);
}
