import type { Backend, BufferHandle, DType, Executable, Layout } from "@dl/backend";
import { Storage, Stored } from "./storage.ts";
import { store } from "./store.ts";
import type { HostWork, Rebindable, RecordedRun, StepRecorder } from "./step-recorder.ts";
import { TensorValue, type NumberOperand } from "./tensor-value.ts";

interface ReplayedBinding {
  buffer: BufferHandle;
  offset: number;
}

interface ReplayedRun {
  readonly executable: Executable;
  readonly inputs: readonly ReplayedBinding[];
  readonly outputs: BufferHandle[];
  readonly numbers: readonly NumberOperand[];
}

/** A storage of the recorded step that is another in each replay. */
class Place {
  storage: Storage;
  /** Computed by the step, not given to it. */
  readonly isProduced: boolean;
  private readonly reads: { readonly binding: ReplayedBinding; readonly offset: number }[] = [];
  private readonly writes: { readonly outputs: BufferHandle[]; readonly at: number }[] = [];

  constructor(storage: Storage, isProduced: boolean) {
    this.storage = storage;
    this.isProduced = isProduced;
  }

  readBy(binding: ReplayedBinding): void {
    this.reads.push({ binding, offset: binding.offset });
  }

  writtenBy(outputs: BufferHandle[], at: number): void {
    this.writes.push({ outputs, at });
  }

  /** `shift`: how many elements further in than recorded. */
  fill(storage: Storage, shift = 0): void {
    this.storage = storage;
    const { buffer } = storage;
    for (const { binding, offset } of this.reads) {
      binding.buffer = buffer;
      binding.offset = offset + shift;
    }
    for (const { outputs, at } of this.writes) outputs[at] = buffer;
  }
}

/** Elements that are given to the step or come out of it. */
interface Elements {
  readonly place: Place;
  readonly dtype: DType;
  readonly layout: Layout;
  readonly offset: number;
}

/** A tensor that the step changes. */
interface State {
  readonly tensor: Rebindable;
  /** `undefined` where what it stood for does not enter the step. */
  readonly before: Elements | undefined;
  readonly after: Elements;
  /** Written by the last replay. */
  current: TensorValue | undefined;
  /** Written by the one before, and seen by nobody else: the next may write there again. */
  spare: TensorValue | undefined;
}

/** Elements that the step reads without changing them. */
class Constant {
  readonly place: Place;
  private readonly stored: Stored;
  private readonly isAlone: boolean;
  /** Whose they once were, if not any more when the step was recorded. */
  private readonly former: Stored["successor"];

  constructor(place: Place, readers: ReadonlySet<Stored>) {
    this.place = place;
    this.stored = [...readers][0]!;
    this.isAlone = readers.size === 1;
    const { successor } = this.stored;
    this.former = successor?.value?.stored === this.stored ? undefined : successor;
  }

  /** Where they are now that the tensor may have been assigned others; `undefined` if that cannot be told. */
  get current(): Storage | undefined {
    const { stored } = this;
    const { successor } = stored;
    if (successor === undefined || successor === this.former) return stored.storage;
    const next = successor.value?.stored;
    if (next === undefined || !this.isAlone) return undefined;
    const isAlike = next.layout === stored.layout && next.offset === stored.offset;
    return isAlike && next.storage.backend === stored.storage.backend ? next.storage : undefined;
  }
}

/** A recorded step made ready to be dispatched again, with other arguments and the state of then. */
export class StepReplay {
  private readonly backend: Backend;
  private readonly runs: (ReplayedRun | HostWork)[] = [];
  private readonly conditions: readonly (() => boolean)[];
  private readonly places = new Map<Storage, Place>();
  private readonly inputs: readonly Elements[];
  private readonly states: readonly State[];
  private readonly results: readonly Elements[];
  private readonly constants: readonly Constant[];
  /** Constants of the step, and room for what lives within it only. */
  private readonly kept: Storage[] = [];

  constructor(
    recorder: StepRecorder,
    inputs: readonly TensorValue[],
    results: readonly TensorValue[],
    backend: Backend,
  ) {
    this.backend = backend;
    this.conditions = recorder.conditions;
    this.inputs = inputs.map((value) => this.elements(recorder, value));
    this.states = [...recorder.rebound].map(([tensor, before]) => ({
      tensor,
      before:
        before?.stored !== undefined && !recorder.produced.has(before.stored.storage)
          ? this.elements(recorder, before)
          : undefined,
      after: this.elements(recorder, tensor.value),
      current: undefined,
      spare: undefined,
    }));
    this.results = results.map((value) => this.elements(recorder, value));
    for (const storage of recorder.read.keys())
      if (this.places.has(storage)) storage.release();
      else this.kept.push(storage);
    this.constants = this.kept.map((storage) => {
      const place = new Place(storage, false);
      this.places.set(storage, place);
      return new Constant(place, recorder.read.get(storage)!);
    });
    this.addRuns(recorder);
  }

  /** Whether it was recorded with arguments like these. */
  fits(inputs: readonly TensorValue[]): boolean {
    return (
      inputs.length === this.inputs.length &&
      inputs.every(({ dtype, backend, stored }, i) => {
        const recorded = this.inputs[i]!;
        return (
          dtype === recorded.dtype && stored!.layout === recorded.layout && backend === this.backend
        );
      })
    );
  }

  /** Does the step again; `undefined`, and nothing done, where it would now take another course. */
  run(inputs: readonly TensorValue[]): TensorValue[] | undefined {
    if (
      !this.conditions.every((holds) => holds()) ||
      !this.states.every((state) => this.isAsRecorded(state)) ||
      !this.constants.every(({ current }) => current !== undefined)
    )
      return undefined;
    this.fillPlaces(inputs);
    const { backend } = this;
    for (const run of this.runs)
      if (typeof run === "function") run();
      else {
        const numbers = run.numbers.map(({ number }) => number);
        backend.dispatch(run.executable, run.inputs, run.outputs, numbers);
      }
    for (const state of this.states) this.rebind(state);
    return this.results.map((result) => this.valueOf(result));
  }

  /** Gives back what it kept. */
  dispose(): void {
    for (const storage of this.kept) storage.release();
    this.kept.length = 0;
  }

  private elements(recorder: StepRecorder, { dtype, stored }: TensorValue): Elements {
    const { storage, layout, offset } = stored!;
    let place = this.places.get(storage);
    if (place === undefined) {
      place = new Place(storage, recorder.produced.has(storage));
      this.places.set(storage, place);
    }
    return { place, dtype, layout, offset };
  }

  private addRuns({ runs, produced }: StepRecorder): void {
    const lastUse = new Map<Storage, number>();
    runs.forEach((run, i) => {
      if (typeof run === "function") return;
      for (const { storage } of run.inputs) lastUse.set(storage, i);
      for (const storage of run.outputs) lastUse.set(storage, i);
    });
    const rooms = new Map<Storage, Storage>();
    const free: Storage[] = [];
    runs.forEach((run, i) => {
      if (typeof run === "function") {
        this.runs.push(run);
        return;
      }
      const within = (storage: Storage): boolean =>
        produced.has(storage) && !this.places.has(storage);
      for (const storage of run.outputs)
        if (within(storage)) rooms.set(storage, this.roomFor(storage, free));
      this.runs.push(this.replayed(run, rooms));
      const used = new Set([...run.inputs.map(({ storage }) => storage), ...run.outputs]);
      for (const storage of used)
        if (within(storage) && lastUse.get(storage) === i) free.push(rooms.get(storage)!);
    });
  }

  private roomFor({ buffer: { byteLength } }: Storage, free: Storage[]): Storage {
    const at = free.findIndex(({ buffer }) => buffer.byteLength === byteLength);
    if (at >= 0) return free.splice(at, 1)[0]!;
    const room = new Storage(this.backend, byteLength, "compile");
    room.holders++;
    this.kept.push(room);
    return room;
  }

  private replayed(run: RecordedRun, rooms: ReadonlyMap<Storage, Storage>): ReplayedRun {
    const { executable, numbers } = run;
    const inputs = run.inputs.map(({ storage, offset }) => {
      const binding = { buffer: (rooms.get(storage) ?? storage).buffer, offset };
      this.places.get(storage)?.readBy(binding);
      return binding;
    });
    const outputs = run.outputs.map((storage) => (rooms.get(storage) ?? storage).buffer);
    run.outputs.forEach((storage, at) => this.places.get(storage)?.writtenBy(outputs, at));
    return { executable, inputs, outputs, numbers };
  }

  private fillPlaces(inputs: readonly TensorValue[]): void {
    this.inputs.forEach(({ place, offset }, i) => {
      const { storage, offset: from } = inputs[i]!.stored!;
      place.fill(storage, from - offset);
    });
    for (const { place, current } of this.constants)
      if (place.storage !== current) place.fill(current!);
    for (const { tensor, before } of this.states)
      if (before !== undefined) before.place.fill(tensor.value.stored!.storage);
    const spares = new Map(this.states.map(({ after, spare }) => [after.place, spare]));
    for (const place of this.places.values())
      if (place.isProduced)
        place.fill(
          spares.get(place)?.stored!.storage ??
            new Storage(this.backend, place.storage.buffer.byteLength, "compile"),
        );
  }

  private isAsRecorded({ tensor, before }: State): boolean {
    if (before === undefined) return true;
    const { layout, offset } = store(tensor.value);
    return (
      layout === before.layout && offset === before.offset && tensor.value.backend === this.backend
    );
  }

  private rebind(state: State): void {
    const { tensor, after, current, spare } = state;
    const previous = tensor.value;
    const next = spare ?? this.valueOf(after);
    tensor.rebind(next);
    state.current = next;
    const isOurs =
      previous === current &&
      previous.handles === 0 &&
      previous.consumers === 0 &&
      previous.stored!.storage.holders === 1;
    state.spare = isOurs ? previous : undefined;
  }

  private valueOf({ place, dtype, layout, offset }: Elements): TensorValue {
    return new TensorValue(
      this.backend,
      dtype,
      layout.shape,
      new Stored(place.storage, layout, offset),
    );
  }
}
