import type { Backend, Binding, BufferHandle, Executable } from "@dl/backend";
import { FieldSnapshot } from "./field-snapshot.ts";
import type { Storage, Stored } from "./storage.ts";
import { upcomingSerial, type NumberOperand, type TensorValue } from "./tensor-value.ts";

/** What the host computes among the dispatches, in the place of a program. */
export interface HostExecutable {
  readonly name: string;
  run(
    backend: Backend,
    inputs: readonly Binding[],
    outputs: readonly BufferHandle[],
    numbers: readonly number[],
  ): void;
}

/** One dispatch of a step. */
export interface RecordedRun {
  readonly executable: Executable | HostExecutable;
  readonly inputs: readonly Stored[];
  readonly outputs: readonly Storage[];
  /** Asked for their numbers again in each replay. */
  readonly numbers: readonly NumberOperand[];
}

/** What the host does between dispatches. */
export interface HostWork {
  readonly work: () => void;
  /** What it changes; another thing is other work. */
  readonly owner: object;
  /** Says what is done where that must be the same each time. */
  readonly note: string;
}

/** A tensor, as far as a recording cares. */
export interface Rebindable {
  readonly value: TensorValue;
  readonly recording: unknown;
  rebind(next: TensorValue): void;
}

/** Where a gradient is kept between steps. */
export interface GradientSlot {
  tensor: Rebindable | null;
  /** Somebody outside of steps was given the tensor. */
  isTaken: boolean;
}

/** What a slot held when the step first looked. */
export interface SlotBefore {
  readonly tensor: Rebindable | null;
  readonly value: TensorValue | undefined;
}

/** A number that host work computes, in a compiled step again for each replay. */
export interface LiveNumber {
  number: number;
}

/** A tensor from outside as the step found it. */
export interface Used {
  readonly value: TensorValue;
  /** What autograd knew of it. */
  readonly recording: unknown;
}

/** What a replay asks first. */
export interface Condition {
  readonly holds: () => boolean;
  /** What is otherwise where it does not hold. */
  readonly reason: string;
}

/** Follows one run of a step that {@link compile} was given. */
export class StepRecorder {
  readonly runs: (RecordedRun | HostWork)[] = [];
  readonly conditions: Condition[] = [];
  /** Tensors from outside that stand for other elements after the step, with those of before. */
  readonly rebound = new Map<Rebindable, TensorValue>();
  /** `undefined` where the step wrote before it looked. */
  readonly slots = new Map<GradientSlot, SlotBefore | undefined>();
  /** What the step computed. */
  readonly produced = new Set<Storage>();
  /** What it made of elements of the host. */
  readonly uploads = new Map<Storage, Uint8Array>();
  /** What it read besides; kept from the pool. */
  readonly read = new Set<Storage>();
  /** Tensors from outside that the step reads, as it found them. */
  readonly used = new Map<Rebindable, Used>();
  readonly snapshots = new Map<object, FieldSnapshot>();
  /** Tensors made in the step, and slots. */
  readonly own = new WeakSet<object>();
  private readonly moving = new WeakSet<object>();
  backend: Backend | undefined;
  /** Why the step cannot be repeated from this recording. */
  refusal: string | undefined;
  /** Whether what comes into the step could not be told apart this time. */
  isAmbiguous = false;
  readonly start: number = upcomingSerial();
  /** See {@link followMode}. */
  readonly modes: readonly unknown[];
  /** Objects whose fields replays ask for again. */
  readonly followed = new Set<object>();
  private readonly followedBefore: readonly (readonly [object, FieldSnapshot])[];

  /** `followed`: objects whose fields a recording asks for again, so that the step may not set them itself. */
  constructor(modes: readonly unknown[], followed: Iterable<object> = []) {
    this.modes = modes;
    this.followedBefore = [...followed].map((owner) => [owner, new FieldSnapshot(owner)]);
  }

  ran(run: RecordedRun): void {
    run.inputs.forEach((input) => this.readsFrom(input));
    for (const output of run.outputs) {
      this.backend = output.backend;
      this.produced.add(output);
    }
    this.runs.push(run);
  }

  private readsFrom({ storage }: Stored): void {
    if (this.produced.has(storage) || this.read.has(storage)) return;
    this.read.add(storage);
    storage.holders++;
  }

  /** Has host work done at this place in each replay. */
  whenReplayed(owner: object, work: () => void, note = ""): void {
    this.runs.push({ work, owner, note });
  }

  /** Has the step recorded anew when `holds` no longer does before a replay. */
  requires(holds: () => boolean, reason: string): void {
    this.conditions.push({ holds, reason });
  }

  /** For a step that cannot be repeated from this recording; another one may do. */
  refuse(reason: string): void {
    this.refusal ??= reason;
  }

  /**
   * Told of an object whose own fields decide what the step does, before it reads or writes them: the
   * step is recorded anew when they are others.
   */
  reads(owner: object): void {
    if (this.moving.has(owner)) this.refuse("what a schedule changes in the step is asked for");
    if (!this.snapshots.has(owner)) this.snapshots.set(owner, new FieldSnapshot(owner));
  }

  /** Told of an object whose fields replays ask for again. */
  follows(owner: object): void {
    this.followed.add(owner);
  }

  /** Told of an object whose fields host work changes that is repeated in replays. */
  moves(owner: object): void {
    this.moving.add(owner);
  }

  /** Told of each tensor made in the step, and of each slot. */
  makes(made: object): void {
    this.own.add(made);
  }

  /** Told of each tensor that is read. */
  uses(tensor: Rebindable): void {
    if (this.own.has(tensor) || this.used.has(tensor)) return;
    const { value, recording } = tensor;
    this.used.set(tensor, { value, recording });
  }

  /** Told of a slot before its tensor is asked for. */
  readsSlot(slot: GradientSlot): void {
    const { tensor } = slot;
    if (!this.own.has(slot) && !this.slots.has(slot))
      this.slots.set(slot, { tensor, value: tensor?.value });
  }

  /** Told of a slot before it is given another tensor. */
  writesSlot(slot: GradientSlot): void {
    if (!this.own.has(slot) && !this.slots.has(slot)) this.slots.set(slot, undefined);
  }

  /** Told of a tensor before it is made to stand for other elements. */
  rebinding(tensor: Rebindable): void {
    const { value } = tensor;
    if (this.own.has(tensor) || this.rebound.has(tensor)) return;
    this.rebound.set(tensor, value);
  }

  /** Told of elements that came from the host. */
  uploaded(storage: Storage, bytes: Uint8Array): void {
    this.uploads.set(storage, bytes.slice());
  }

  /** Ends the recording of a step that was called with `inputs` and returned `results`, all stored. */
  finish(inputs: readonly Rebindable[], results: readonly TensorValue[]): void {
    for (const input of inputs) {
      this.used.delete(input);
      if (input.recording !== undefined)
        this.refuse("requiresGrad of an argument is set in the step");
    }
    this.refuseChanges();
    if (this.sharesElements(inputs)) this.isAmbiguous = true;
    // What comes out as it is must be followed as if a program had read it.
    const after = [...this.rebound.keys(), ...this.leftBehind()].map(({ value }) => value);
    for (const { stored } of [...after, ...results]) this.readsFrom(stored!);
  }

  /** Whether what comes into the step and another tensor that it reads lie in one storage. */
  private sharesElements(inputs: readonly Rebindable[]): boolean {
    const given: (readonly [Rebindable, TensorValue])[] = [
      ...inputs.map((input) => [input, input.value] as const),
      ...this.rebound,
    ];
    for (const before of this.slots.values()) {
      const { tensor, value } = before ?? {};
      if (tensor && value && !this.rebound.has(tensor)) given.push([tensor, value]);
    }
    const owners = new Map<Storage, Rebindable>();
    for (const [tensor, { stored }] of given) {
      if (stored === undefined) continue;
      if (owners.has(stored.storage)) return true;
      owners.set(stored.storage, tensor);
    }
    const known = new Set([...owners.keys(), ...this.uploads.keys()]);
    let isShared = false;
    for (const [tensor, { value }] of this.used) {
      if (value.stored === undefined) continue;
      const { storage } = value.stored;
      known.add(storage);
      if (owners.has(storage) && owners.get(storage) !== tensor) isShared = true;
    }
    for (const storage of this.read)
      if (!known.has(storage)) this.refuse("elements are read that belong to no tensor");
    return isShared;
  }

  /** Tensors of the step's own that it leaves as gradients. */
  leftBehind(): Rebindable[] {
    return [...this.slots.keys()].flatMap(({ tensor }) =>
      tensor !== null && this.own.has(tensor) ? tensor : [],
    );
  }

  /** What a replay would not do again. */
  private refuseChanges(): void {
    for (const [tensor, { recording }] of this.used)
      if (tensor.recording !== recording)
        this.refuse("requiresGrad of a tensor from outside changes in the step");
    for (const snapshot of this.snapshots.values()) {
      const field = snapshot.changedField();
      if (field !== undefined) this.refuse(`${field} changes in the step`);
    }
    for (const [owner, snapshot] of this.followedBefore) {
      const field = this.moving.has(owner) ? undefined : snapshot.changedField();
      if (field !== undefined) this.refuse(`${field} is set in the step`);
    }
    for (const { tensor } of this.slots.keys())
      if (tensor !== null && tensor.recording !== undefined)
        this.refuse("a gradient that has a history is left behind");
  }

  release(): void {
    for (const storage of this.read) storage.release();
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
 * Changes `owner` on the host now, and again at the same place whenever the compiled step is replayed.
 * `note` says what is done where that must be the same each time.
 *
 * @example
 * const counter = { calls: 0 };
 * repeated(counter, () => counter.calls++); // outside a compiled step: once
 * counter.calls; // => 1
 */
export function repeated(owner: object, work: () => void, note = ""): void {
  unrecorded(work);
  recorder?.whenReplayed(owner, work, note);
}
